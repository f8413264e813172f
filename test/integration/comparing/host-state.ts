/** What a host is made of, as lines: who is there, what is installed and runs, and every file of the folders that plays change. */
export const HOST_STATE = `
getent passwd | sed 's/^/account /'; getent group | sed 's/^/group /'; sed -E 's/^([^:]*):(!?)([^:]*).*/shadow \\1 \\2 \\3/; s/ \\$.*/ set/' /etc/shadow
dpkg-query -W -f 'package \${Package} \${Version} \${db:Status-Abbrev}\\n'; apt-mark showmanual | sed 's/^/manual /'
systemctl list-unit-files --no-legend --plain | grep -v transient | sed 's/^/unit /'
systemctl list-units --no-legend --plain --type service --state active,failed | grep -Ev '^user|^systemd-(hostnamed|timedated|localed)' | tr -s ' ' | sed 's/^/service /'
cd /
find etc home opt root srv usr/local var/lib/trial -xdev ! -path '*/.ansible*' ! -path 'root/.cache*' ! -path 'etc/ssh/ssh_host*' \\
  ! -path 'etc/ssl/certs/*' ! -name '*-' ! -name .viminfo -printf 'file %p %y %m %u:%g %l\\n' | sort
find etc home opt root srv usr/local var/lib/trial -xdev -type f ! -path '*/.ansible*' ! -path 'root/.cache*' ! -path 'etc/ssh/ssh_host*' \\
  ! -path 'etc/ssl/certs/*' ! -name '*-' ! -path etc/machine-id ! -path etc/hostname ! -path etc/hosts \\
  ! -path 'etc/systemd/network/*' ! -path 'etc/shadow' -print0 | sort -z | xargs -0 sha256sum | sed 's/^/content /'
`;

/** The same host by name, so that nothing said differs by it. */
export const SAME_NAME = `hostnamectl set-hostname node; sed -i 's/^127.0.1.1.*/127.0.1.1 node/' /etc/hosts`;
