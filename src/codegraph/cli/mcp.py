"""`codegraph mcp`: the questions as tools for assistants."""

from __future__ import annotations

import gc

import click

from codegraph.cli.shared import open_graph


@click.command("mcp")
@click.option(
    "--http", is_flag=True, help="Over HTTP on 127.0.0.1, at /mcp, instead of standard input and output."
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="Port of --http."
)
@click.pass_context
def command(ctx: click.Context, http: bool, port: int) -> None:
    """Serve the questions as read-only tools of the Model Context Protocol (MCP).

    Without options a client starts this command and speaks with it over standard input and output.
    """
    from codegraph.errors import NotLoaded

    gc.disable()  # the SDK makes thousands of models when it is imported: passes over them are a fifth of the start
    try:
        from codegraph.mcp_server import run_http, run_stdio
    except ImportError as error:
        raise NotLoaded(f"tools need the package mcp: pip install codegraph[mcp] ({error.name})") from error
    finally:
        gc.enable()
    kg = open_graph(ctx)
    if http:
        click.echo(f"http://127.0.0.1:{port}/mcp", err=True)
        run_http(kg, port)
    else:
        run_stdio(kg)
