"""Doors for people and programs: everything that speaks HTTP to the outside of the hub.

``pages`` is what customers see (and the page behind the button upstream). The packages here turn
requests into calls of ``hub.services`` and the answers into HTML or JSON; they decide nothing.
"""
