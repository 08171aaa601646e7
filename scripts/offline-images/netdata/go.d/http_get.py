"""One short GET."""
import base64
import urllib.request


def get(url, settings):
    request = urllib.request.Request(url)
    if settings.get("username"):
        pair = f"{settings['username']}:{settings.get('password', '')}".encode()
        request.add_header("Authorization", "Basic " + base64.b64encode(pair).decode())
    # A container that is gone swallows connections: without a deadline the job would hang.
    with urllib.request.urlopen(request, timeout=float(settings.get("timeout", 1))) as response:
        return response.read()
