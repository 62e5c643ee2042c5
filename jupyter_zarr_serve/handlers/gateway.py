"""Control channels to kernels behind a gateway: a WebSocket carries the messages of each.

Jupyter's own clients of gateways fail at binary messages, which replies are. This WebSocket speaks the
oldest protocol, which every gateway knows: JSON or, where there are buffers, JSON and buffers behind a
table of offsets. Outputs of the kernel come over it, too, and are passed over.
"""

import json
import socket
import uuid
from typing import Any

from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.gateway.managers import GatewayKernelManager
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from jupyter_server.utils import url_path_join
from tornado.escape import url_escape
from tornado.httpclient import HTTPError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketError, websocket_connect

from ..core.errors import Unavailable
from ..messages import Content
from ..sources.kernels.channel import Channel, Receive
from ..sources.kernels.channel import open_channel as open_own_channel
from ..wire import MAX_BODY, MAX_HEADER

_LONGEST = MAX_BODY + 4 * MAX_HEADER  # bytes; a header grows when it becomes text in JSON


class GatewayChannel:
    """A channel over a WebSocket; see `channel.Channel`."""

    def __init__(self, kernel: Any, receive: Receive) -> None:
        self._session = kernel.session
        self._receive = receive
        self._is_closed = False
        self._socket: WebSocketClientConnection | None = None

    async def connect(self, request: HTTPRequest) -> None:
        """Open the WebSocket.

        Raises
        ------
        HTTPError, WebSocketError, OSError
            If the gateway does not open it.
        """
        connecting = websocket_connect(request, on_message_callback=self._read, max_message_size=_LONGEST)
        self._socket = await connecting

    async def check(self) -> None:
        """See `Channel`; a gateway closes the channel of a kernel that it no longer has."""

    def send(self, kind: str, content: Content) -> str:
        """See `Channel`; the gateway signs the message."""
        message = {**self._session.msg(kind, content), "channel": "control", "buffers": []}
        if self._socket is None or self._is_closed:
            raise ConnectionResetError("the gateway closed the channel to the kernel")
        self._socket.write_message(json.dumps(message, default=str))
        return str(message["msg_id"])

    def close(self) -> None:
        """See `Channel`."""
        self._is_closed = True
        if self._socket is not None:
            self._socket.close()

    def _read(self, data: str | bytes | None) -> None:
        if self._is_closed:
            return
        if data is None:
            self._is_closed = True
            self._receive(None)
        else:
            self._acknowledge()
            is_text = isinstance(data, str)
            self._receive(json.loads(data) if is_text else deserialize_binary_message(data))

    def _acknowledge(self) -> None:
        """Tell the gateway at once that a message came: it holds back the next one until it knows."""
        stream = getattr(self._socket and self._socket.protocol, "stream", None)
        if hasattr(socket, "TCP_QUICKACK") and stream is not None and not stream.closed():
            stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # for once only


async def open_channel(kernel: Any, receive: Receive) -> Channel:
    """The control channel of a kernel behind the server's gateway, or of any other.

    Raises
    ------
    Unavailable
        If there is none.
    """
    if not isinstance(kernel, GatewayKernelManager):
        return await open_own_channel(kernel, receive)
    gateway = GatewayClient.instance()
    base = url_path_join(gateway.ws_url or "", gateway.kernels_endpoint)
    # Sessions of one name would take each other's messages.
    url = f"{base}/{url_escape(str(kernel.kernel_id))}/channels?session_id={uuid.uuid4().hex}"
    channel = GatewayChannel(kernel, receive)
    try:
        await channel.connect(HTTPRequest(url, **gateway.load_connection_args()))
    except (HTTPError, WebSocketError, OSError) as error:
        raise Unavailable(
            f"the kernel runs behind a gateway, which opens no channel to it ({error}); "
            "see whether the kernel and the gateway run, and retry in a while"
        ) from error
    return channel
