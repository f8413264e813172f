#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule(argument_spec=dict(data=dict(default="pong")))
module.exit_json(ping="of the role: %s" % module.params["data"])
