"""What the role's modules share."""
from ansible.module_utils.six import text_type


def shade(name):
    return text_type("deep %s" % name)
