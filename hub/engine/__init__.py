"""The engine: claims what is owed, runs the handlers it is given, settles, retries. It knows no
services and no plugins; ``hub.engine.engine.Engine`` is its front door."""
