"""The entry of the serverless host: the same application as everywhere."""

from app.asgi import app

__all__ = ["app"]
