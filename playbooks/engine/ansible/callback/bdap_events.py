"""Prints what ansible-playbook does as one JSON object a line, for bdap to read."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: bdap_events
    type: stdout
    short_description: one JSON event a line
    description: Events of a run for bdap, on standard output.
"""


def _listed(difference):
    if not difference:
        return []
    return list(difference) if isinstance(difference, list) else [difference]


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "bdap_events"

    def __init__(self):
        super().__init__()
        self._root = os.environ.get("BDAP_PLAYBOOK_FOLDER", "")
        self._play = ""
        self._started = {}

    def _tell(self, **event):
        print(json.dumps(event, default=str), flush=True)

    def _about(self, task):
        role = task._role.get_name() if task._role else None
        path = task.get_path() or ""
        step = os.path.relpath(path, self._root) if path.startswith("/") and self._root else path
        if role and "/roles/" in path:
            step = role + "/" + path.rsplit("/" + role + "/", 1)[-1]
        handler = type(task).__name__ in ("Handler", "HandlerTaskInclude")
        about = {"play": self._play, "task": task.name or task.action, "step": step, "handler": handler}
        if role:
            about["role"] = role
        return about

    def v2_playbook_on_play_start(self, play):
        self._play = play.get_name().strip()
        hosts = [host.name for host in play._variable_manager._inventory.get_hosts(play.hosts)] if play._variable_manager else []
        self._tell(type="play-start", play=self._play, hosts=hosts)

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._tell(type="task-start", **self._about(task))

    def v2_playbook_on_handler_task_start(self, task):
        self._tell(type="task-start", **self._about(task))

    def v2_playbook_on_notify(self, handler, host):
        self._tell(type="handler-notified", play=self._play, handler=handler.name or handler.action, host=host.name)

    def v2_runner_on_start(self, host, task):
        import time

        self._started[(host.name, task._uuid)] = time.monotonic()

    def _result(self, result, status):
        import time

        task = result._task
        host = result._host.name
        started = self._started.pop((host, task._uuid), None)
        duration = 0 if started is None else (time.monotonic() - started) * 1000
        values = {key: value for key, value in result._result.items() if key != "invocation"}
        differences = _listed(values.pop("diff", None))
        items = values.get("results")
        if isinstance(items, list) and any(isinstance(item, dict) and "diff" in item for item in items):
            differences += [part for item in items if isinstance(item, dict) for part in _listed(item.get("diff"))]
            values["results"] = [
                {key: value for key, value in item.items() if key not in ("diff", "invocation")} if isinstance(item, dict) else item
                for item in items
            ]
        about = self._about(task)
        self._tell(
            type="task-result", host=host, status=status, result=values, diff=differences, durationMilliseconds=duration, **about
        )
        if about["handler"] and status in ("ok", "changed", "skipped", "ignored"):
            self._tell(type="handler-done", play=self._play, handler=about["task"], host=host)

    def v2_runner_on_ok(self, result):
        self._result(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._result(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result):
        self._result(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._result(result, "unreachable")

    def v2_playbook_on_stats(self, stats):
        hosts = {}
        for host in sorted(stats.processed):
            counts = stats.summarize(host)
            counts["failed"] = counts.pop("failures")
            hosts[host] = counts
        self._tell(type="recap", hosts=hosts)
