import type { Operation } from "../operation.ts";
import { failing } from "../plan.ts";
import { parseServices } from "./services.ts";

/** Reads the state of every systemd service into facts; changes nothing. */
export const servicesRead: Operation = {
  name: "services-read",
  title: "Read the state of all services",
  modules: ["ansible.builtin.service_facts"],
  arguments: {},
  checkMode: "full",
  async plan(_args, context) {
    // Services that are not loaded are asked for in one go; each answer is a paragraph.
    const outcome = await context.read.run(
      `export LC_ALL=C
command -v systemctl >/dev/null && [ -d /run/systemd/system ] || { echo none; exit 0; }
systemctl list-units --no-pager --no-legend --type service --all --plain | sed 's/^/unit /'
files=$(systemctl list-unit-files --no-pager --no-legend --type service --all)
printf '%s\\n' "$files" | sed 's/^/file /'
names=$(printf '%s\\n' "$files" | cut -d' ' -f1 | grep -v '@\\.')
printf '%s\\n' "$names" | sed 's/^/name /'
printf '%s\\n' "$names" | xargs systemctl show --property=ActiveState -- 2>/dev/null | sed -n 's/^ActiveState=/state /p'
PATH="$PATH:/usr/sbin:/sbin"
if command -v service >/dev/null; then service --status-all 2>&1 | sed -n 's/^ *\\[ \\([+-]\\) \\] *\\(.*\\)$/sysv \\1 \\2/p'; fi
true`,
    );
    if (outcome.status !== 0) return failing(outcome.stderr.trim() || "systemctl could not be asked");
    const services = parseServices(outcome.stdout);
    if (Object.keys(services).length === 0) {
      const msg = "Failed to find any services. This can be due to privileges or some other configuration issue.";
      return { changes: [], result: { changed: false, skipped: true, msg } };
    }
    return { changes: [], result: { changed: false, ansible_facts: { services } } };
  },
};
