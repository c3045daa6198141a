"""Pushes to open pages over WebSocket: ids and versions only."""
