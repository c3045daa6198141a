"""Views of the desk: access, form, one service, then a page or a redirect."""
