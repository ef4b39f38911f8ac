"""How gunicorn serves the house: two processes of four threads; the demonstration on loopback."""

import ipaddress
from typing import Any

from config.env import env_bool

workers = 2
threads = 4
timeout = 60
graceful_timeout = 5
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Refuse to offer the demonstration, whose passwords are known, to a network.

    :raises SystemExit: if it would listen on another address than this machine's own.
    """
    if not env_bool("QINGFENG_DEMO", default=False):
        return
    for address in server.cfg.address:
        host = address[0] if isinstance(address, tuple) else ""
        if not _is_loopback(host):
            raise SystemExit(
                f"演示版的密码人人知道，只能在本机使用，不能监听 {host or address}；"
                "请改为 127.0.0.1。"
            )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
