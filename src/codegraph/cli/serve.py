"""`codegraph serve`: the server."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from codegraph.cli.shared import PATH


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one."
)
@click.option(
    "--data",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="RDF file to serve instead of a release (.nq, .trig, .ttl, …); may be given several times.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds after which a query is stopped.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that answer queries.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer all else, each with memory of its own; not with --data.",
)
@click.option(
    "--memory", type=click.IntRange(16), default=1024, show_default=True, help="MB that a query may take."
)
@click.option(
    "--warm/--no-warm",
    default=True,
    show_default=True,
    help="Make in the background what first requests would wait for.",
)
@click.option("--base-url", metavar="URL", help="Address by which others reach this server, behind a proxy.")
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="A host name to answer to beside localhost."
)
@click.pass_context
def command(
    ctx: click.Context,
    host: str,
    port: int,
    data: tuple[Path, ...],
    timeout: float,
    workers: int,
    processes: int,
    memory: int,
    warm: bool,
    base_url: str | None,
    hosts: tuple[str, ...],
) -> None:
    """Serve the release as web pages, linked data and SPARQL, read-only.

    It listens at this machine only, unless --host says otherwise. Ctrl-C ends it.
    """
    from codegraph.errors import NotLoaded

    try:
        from codegraph.serve.run import bind, run
    except ImportError as error:
        raise NotLoaded(f"{error.name} is not installed: pip install 'codegraph[serve]'") from error
    from codegraph.serve.app import create_app
    from codegraph.serve.limits import Limits

    limits = Limits(seconds=timeout, workers=workers, memory=memory << 20)
    common: dict[str, Any] = {"base_url": base_url, "limits": limits, "hosts": (host, *hosts), "warm": warm}
    serve: Callable[[], None]
    if processes > 1:
        if data:
            raise click.UsageError("--processes is for a release, not for --data")
        from codegraph.serve.processes import Served, listen, run_all

        all_listening = listen(host, port, processes)
        served = Served.of(ctx.obj, processes, **common)
        port, serve = all_listening[0].getsockname()[1], lambda: run_all(served, all_listening)
    else:
        listening = bind(host, port)
        app = create_app(ctx.obj, data=data, **common)
        port, serve = listening.getsockname()[1], lambda: run(app, listening)
    if not _is_loopback(host):
        click.echo(
            f"codegraph: {host} is open to other machines: there is no login, and answers are not encrypted",
            err=True,
        )
    click.echo(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
    serve()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
