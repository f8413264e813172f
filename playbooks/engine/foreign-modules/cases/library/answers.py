#!/usr/bin/python
"""A new-style module that answers in every way a module can."""
import os
import sys

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(
        argument_spec=dict(
            name=dict(type="str", required=True),
            how=dict(type="str", default="well", choices=["well", "fail", "raise", "chain", "noise", "garbage", "silent", "facts", "keys"]),
            secret=dict(type="str", no_log=True),
            number=dict(type="float", default=1.0),
            items=dict(type="list", elements="dict", default=[]),
            old=dict(type="str", aliases=["ancient"]),
        ),
        supports_check_mode=True,
    )
    how = module.params["how"]
    name = module.params["name"]
    if how == "fail":
        module.warn("about to fail")
        module.fail_json(msg="no good", extra=[1, {"a": None}])
    if how == "raise":
        raise ValueError("bang")
    if how == "chain":
        try:
            open("/nonexistent/file")
        except OSError as problem:
            raise RuntimeError("outer") from problem
    if how == "noise":
        print("noise before")
        module.exit_json(changed=True, name=name)
    if how == "garbage":
        print("no result at all")
        sys.stderr.write("oops\n")
        sys.exit(3)
    if how == "silent":
        return
    if how == "facts":
        module.exit_json(ansible_facts=dict(answer=42, ansible_shade="blue", ansible_python_interpreter="/nonexistent"))
    if how == "keys":
        module.exit_json(changed=True, results="text", _ansible_inner=1, stdout="a\nb", stderr="", list=[dict(_ansible_x=1, y=2)])
    module.warn("watch out")
    module.deprecate("this is old", version="9.9", collection_name="some.thing")
    module.exit_json(
        changed=not module.check_mode,
        name=name,
        number=module.params["number"],
        items=module.params["items"],
        secret=module.params["secret"],
        old=module.params["old"],
        user=os.geteuid(),
        greeting=os.environ.get("GREETING"),
        stdin=sys.stdin.read(),
        diff=dict(before="a\n", after="b\n", before_header="x", after_header="y"),
    )


if __name__ == "__main__":
    main()
