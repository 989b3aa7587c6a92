"""Traces and calls of any source checked in bulk, and how fast that goes. Knows no model: it starts without torch."""
