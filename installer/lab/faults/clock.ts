import { labErrors } from "../errors.ts";
import { execInHost } from "../inside.ts";
import { initPid, nspawnPid } from "../processes.ts";
import type { FaultTarget } from "./faults.ts";

const OFFSET_FILE = "/etc/faketimerc";
const VARIABLES_FILE = "/etc/lab-skew.env";

/**
 * Makes programs of the host see a time that is off by `seconds` (0 heals): what starts in an SSH session, under sudo or
 * as a service, through libfaketime. A container cannot set the clock, so the kernel's own time stamps, as of files,
 * stay right, and so does the time of systemd's own programs (journal, timedatectl). sshd and bdap's services are restarted.
 */
export async function skewClock({ host, runner }: FaultTarget, seconds: number): Promise<void> {
  const pid = await nspawnPid(host.directory);
  const init = pid === undefined ? undefined : await initPid(pid);
  if (init === undefined) throw labErrors.hostOff(host.name, "skew-clock");
  const script = seconds === 0 ? HEAL : SKEW;
  const offset = `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}`;
  await execInHost(init, ["bash", "-eu", "-c", script, "skew-clock", offset], runner);
}

// libfaketime is told to leave the monotonic clock alone, to make no shared memory per process, which would stay behind,
// and not to touch systemd's own programs: it shifts the kernel timers they wait for, monotonic ones too (0.9.10).
const SKEW = `
library=$(find /usr/lib -name libfaketime.so.1 -print -quit)
untouched=$(cd / && ls usr/lib/systemd usr/bin | grep -E '^(systemd|systemd-.*|[a-z]+ctl|dbus-daemon)$' | sort -u | paste -sd ,)
echo "$1" >${OFFSET_FILE}
cat >${VARIABLES_FILE} <<END
LD_PRELOAD=$library
FAKETIME_DONT_FAKE_MONOTONIC=1
FAKETIME_DISABLE_SHM=1
FAKETIME_CACHE_DURATION=1
FAKETIME_SKIP_CMDS=$untouched
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
rm -f /dev/shm/faketime_shm_* /dev/shm/sem.faketime_sem_*
rm -f ${OFFSET_FILE} ${VARIABLES_FILE}
rm -f /etc/systemd/system.conf.d/90-lab-skew.conf /etc/ssh/sshd_config.d/90-lab-skew.conf /etc/sudoers.d/90-lab-skew
systemctl daemon-reexec
systemctl restart ssh.service
systemctl try-restart 'bdap-*.service'
`;
