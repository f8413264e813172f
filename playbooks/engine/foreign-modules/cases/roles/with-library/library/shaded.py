#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.shades import shade

try:
    from ansible.module_utils.not_there import nothing
except ImportError:
    nothing = None


def main():
    module = AnsibleModule(argument_spec=dict(name=dict()))
    module.exit_json(shade=shade(module.params["name"]), nothing=nothing)


main()
