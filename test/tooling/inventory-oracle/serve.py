"""Runs ansible-inventory many times in one process: a JSON list of jobs on standard input, a JSON list of results on standard output.

A job is {"folder": …, "words": […], "environment": {…}}. Jobs without an environment of their own are forked from this process,
which has everything loaded; the others start anew, since Ansible reads its settings when it is loaded.
"""
import json
import os
import subprocess
import sys
import tempfile

from ansible import constants  # noqa: F401
from ansible.cli.inventory import InventoryCLI
from ansible.plugins.loader import inventory_loader, vars_loader

for name in ("host_list", "script", "auto", "yaml", "ini", "toml", "constructed", "generator"):
    inventory_loader.get(name)
vars_loader.get("host_group_vars")


def forked(job, out, err):
    pid = os.fork()
    if pid == 0:
        os.chdir(job["folder"])
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        code = 250
        try:
            InventoryCLI.cli_executor(["ansible-inventory", *job["words"]])
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def started(job, out, err):
    program = os.path.join(os.path.dirname(sys.executable), "ansible-inventory")
    environment = {**os.environ, **job["environment"]}
    return subprocess.call([program, *job["words"]], cwd=job["folder"], env=environment, stdout=out, stderr=err)


def text(file):
    file.seek(0)
    return file.read().decode("utf-8", "replace")


results = []
for job in json.load(sys.stdin):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code = (started if job.get("environment") else forked)(job, out, err)
        results.append({"code": code, "output": text(out), "errors": text(err)})
json.dump(results, sys.stdout)
