import { labErrors } from "../errors.ts";
import { execInHost } from "../inside.ts";
import { initPid, nspawnPid } from "../processes.ts";
import type { FaultTarget } from "./faults.ts";

const OFFSET_FILE = "/etc/faketimerc";
const VARIABLES_FILE = "/etc/lab-skew.env";

/**
 * Makes programs of the host see a time that is off by `seconds` (0 heals): what starts in an SSH session, under sudo or
 * as a service, through libfaketime. A container cannot set the clock, so the kernel's own time stamps, as of files,
 * stay right. sshd and bdap's services are restarted.
 */
export async function skewClock({ host, runner }: FaultTarget, seconds: number): Promise<void> {
  const pid = await nspawnPid(host.directory);
  const init = pid === undefined ? undefined : await initPid(pid);
  if (init === undefined) throw labErrors.hostOff(host.name, "skew-clock");
  const script = seconds === 0 ? HEAL : SKEW;
  const offset = `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}`;
  await execInHost(init, ["bash", "-eu", "-c", script, "skew-clock", offset], runner);
}

// libfaketime is told to leave the monotonic clock alone, which systemd's timers depend on, and to make no shared
// memory per process, which would stay behind.
const SKEW = `
library=$(find /usr/lib -name libfaketime.so.1 -print -quit)
echo "$1" >${OFFSET_FILE}
cat >${VARIABLES_FILE} <<END
LD_PRELOAD=$library
FAKETIME_DONT_FAKE_MONOTONIC=1
FAKETIME_DISABLE_SHM=1
FAKETIME_CACHE_DURATION=1
END
mkdir -p /etc/systemd/system.conf.d
echo "[Manager]" >/etc/systemd/system.conf.d/90-lab-skew.conf
echo "DefaultEnvironment=$(paste -sd ' ' ${VARIABLES_FILE})" >>/etc/systemd/system.conf.d/90-lab-skew.conf
echo "SetEnv $(paste -sd ' ' ${VARIABLES_FILE})" >/etc/ssh/sshd_config.d/90-lab-skew.conf
echo "Defaults env_file=${VARIABLES_FILE}" >/etc/sudoers.d/90-lab-skew
chmod 0440 /etc/sudoers.d/90-lab-skew
systemctl daemon-reexec
systemctl restart ssh.service
systemctl try-restart 'bdap-*.service'
`;

const HEAL = `
rm -f ${OFFSET_FILE} ${VARIABLES_FILE}
rm -f /etc/systemd/system.conf.d/90-lab-skew.conf /etc/ssh/sshd_config.d/90-lab-skew.conf /etc/sudoers.d/90-lab-skew
systemctl daemon-reexec
systemctl restart ssh.service
systemctl try-restart 'bdap-*.service'
`;
