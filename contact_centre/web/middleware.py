"""Middleware that every page passes through."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """One line when a request starts and one when it ends, under one request id; the query string stays out."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path; tracking keys in the path are scrubbed when the line is written."""
        return f"{request.method} {request.path}"
