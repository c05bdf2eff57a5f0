"""Pictures for products that have none: a quiet pattern drawn from the name."""

import hashlib
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 90" role="img">
<rect width="120" height="90" fill="hsl({hue} 45% 88%)"/>
<circle cx="{x}" cy="{y}" r="{radius}" fill="hsl({hue} 40% 70%)"/>
<rect x="{y}" y="{radius}" width="46" height="46" rx="10" fill="hsl({other} 40% 78%)" opacity=".8"/>
<text x="60" y="56" text-anchor="middle" font-family="system-ui, sans-serif" font-size="30" font-weight="600"
 fill="hsl({hue} 45% 30%)">{letters}</text></svg>"""


def draw(name: str) -> str:
    """The picture that belongs to a name, always the same."""
    digest = hashlib.sha256(name.encode()).digest()
    letters = "".join(word[0] for word in name.replace("_", "-").split("-") if word)[:2].upper()
    return PICTURE.format(
        hue=digest[0] * 360 // 256,
        other=digest[1] * 360 // 256,
        x=20 + digest[2] % 80,
        y=15 + digest[3] % 60,
        radius=14 + digest[4] % 20,
        letters=escape(letters),
    )


async def show_picture(request: Request) -> Response:
    """Answer /images/{name}.svg."""
    headers = {"Cache-Control": "max-age=86400", "Access-Control-Allow-Origin": "*"}
    return Response(draw(request.path_params["name"]), media_type="image/svg+xml", headers=headers)


routes = [Route("/images/{name}.svg", show_picture)]
