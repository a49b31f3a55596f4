"""GetAccept: a hosted signing service that sends, collects and keeps signatures."""
