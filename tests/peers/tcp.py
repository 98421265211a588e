"""A TCP relay for tests: takes TLS off a connection, as a server that speaks TLS would, or cuts the line for a while."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from pathlib import Path
from types import TracebackType


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key, made with openssl. Raises FileNotFoundError without openssl."""
    crt, key = folder / "ca.crt", folder / "tls.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", crt],
        check=True, capture_output=True,
    )  # fmt: skip
    return crt, key


class Relay:
    """Listens on 127.0.0.1:`port` (0: a free one) and passes bytes to `target`, which may be set later. `tls`: certificate
    and key to speak TLS with on the listening side. From `cut` to `mend`, connections are closed and none is taken."""

    def __init__(self, target: str = "", port: int = 0, tls: tuple[Path, Path] | None = None) -> None:
        self.target = target
        self._context: ssl.SSLContext | None = None
        if tls is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
        self._broken = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", port, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Break the line."""
        self._broken = True
        self._loop.call_soon_threadsafe(self._close_all)

    def mend(self) -> None:
        """Let connections through again."""
        self._broken = False

    def _close_all(self) -> None:
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self.target.rpartition(":")
        try:
            if self._broken or not host:
                return
            inner_reader, inner_writer = await asyncio.open_connection(host, int(port))
            self._writers |= {writer, inner_writer}
            await asyncio.gather(self._pump(reader, inner_writer), self._pump(inner_reader, writer))
            self._writers -= {writer, inner_writer}
        except OSError:
            pass  # the target is not there
        finally:
            writer.close()

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # one of the two has gone
        writer.close()

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
