import type { FactValue } from "#inventory/schema/facts.ts";
import { type Frame, frameOf } from "../frames.ts";
import { cleanText, elements, field, jsonOf, keyValues, textOf } from "../printed.ts";
import type { Unknowns } from "../unknowns.ts";

type Cluster = FactValue<"management">["clusters"][number];
type Found = { kind: string; name?: string | null; id?: string | null; detail?: string | null };

const MAX_CLUSTERS = 200;
const MAX_FOUND = 2_000;

/** Files that belong to one kind of cluster; `id` and `name` are keys of assignments in them. */
const KNOWN_FILES: readonly { kind: string; paths: readonly string[]; id?: string; name?: string }[] = [
  { kind: "ceph", paths: ["/etc/ceph/*.conf", "/var/lib/ceph/*/*/fsid"], id: "fsid" },
  { kind: "eos", paths: ["/etc/eos", "/var/eos", "/etc/xrd.cf.mgm", "/etc/xrd.cf.fst"] },
  {
    kind: "kubernetes",
    paths: [
      "/etc/kubernetes/kubelet.conf",
      "/etc/kubernetes/admin.conf",
      "/etc/rancher/k3s",
      "/etc/rancher/rke2",
      "/var/snap/microk8s",
    ],
  },
  { kind: "slurm", paths: ["/etc/slurm/slurm.conf", "/etc/slurm-llnl/slurm.conf"], name: "ClusterName" },
  { kind: "condor", paths: ["/etc/condor/condor_config"], name: "CONDOR_HOST" },
  { kind: "gluster", paths: ["/var/lib/glusterd/glusterd.info"], id: "UUID" },
  { kind: "corosync", paths: ["/etc/corosync/corosync.conf"], name: "cluster_name" },
  { kind: "drbd", paths: ["/etc/drbd.d/*.res"] },
  { kind: "beegfs", paths: ["/etc/beegfs"] },
  { kind: "gpfs", paths: ["/var/mmfs/gen/mmsdrfs"] },
  { kind: "lustre", paths: ["/proc/fs/lustre/version", "/sys/fs/lustre/version"] },
  { kind: "swarm", paths: ["/var/lib/docker/swarm/docker-state.json"] },
];

const KEYS = KNOWN_FILES.flatMap(({ id, name }) => [id, name]).filter((key) => key !== undefined);

/** Shell that prints what {@link clustersIn} reads. Arrays and volumes count where their device nodes exist. */
export const clustersScript = `
${KNOWN_FILES.map(
  ({ kind, paths }) =>
    `for p in ${paths.join(" ")}; do [ -e "$p" ] || continue; echo "@@ file ${kind} $p"; [ ! -f "$p" ] || grep -aE '^[[:space:]]*(${KEYS.join("|")})[[:space:]]*[:=]' "$p" | head -n 5; done`,
).join("\n")}
for o in /var/lib/ceph/osd/*-*; do [ ! -d "$o" ] || echo "@@ osd \${o##*/}"; done
for u in /sys/block/dm-*/dm/uuid; do
  n=\${u#/sys/block/}; n=\${n%%/*}
  [ -b "/dev/$n" ] && get "$u" || continue
  case $v in LVM-*) get "/sys/block/$n/dm/name" && echo "@@ volume $v" ;; esac
done
if command -v vgs >/dev/null 2>&1; then echo '@@ vgs'; within 10 vgs --reportformat json -o vg_name,vg_uuid,pv_count 2>/dev/null; echo "@@ end $?"; fi
if command -v zpool >/dev/null 2>&1; then echo '@@ zpool'; within 10 zpool list -H -o name,guid,health 2>/dev/null; echo "@@ end $?"
elif [ -e /etc/zfs/zpool.cache ]; then echo '@@ file zfs /etc/zfs/zpool.cache'; fi
if [ -r /proc/mdstat ]; then
  while read -r n colon _; do
    [ "$colon" = : ] && [ -b "/dev/$n" ] || continue
    id=; ! get "/sys/block/$n/md/uuid" || id=$v
    ! command -v mdadm >/dev/null 2>&1 || id=$(within 5 mdadm --detail --export "/dev/$n" 2>/dev/null | sed -n 's/^MD_UUID=//p')
    echo "@@ array $n $id"
  done </proc/mdstat
fi
`;

/** Every cluster, pool or volume group that this host belongs to; what stays unknown of each is noted. */
export function clustersIn(frames: readonly Frame[], unknown: Unknowns): Cluster[] {
  const found: Found[] = [...fromFiles(frames), ...lvm(frames), ...zfs(frames), ...arrays(frames)].slice(0, MAX_FOUND);
  const merged = new Map<string, Found>();
  for (const one of found) {
    const key = `${one.kind} ${one.id ?? one.name ?? ""}`;
    if (!merged.has(key)) merged.set(key, one);
  }
  // A second file of the same kind that names nothing is the same cluster again.
  const kept = [...merged.values()].filter(
    (one) =>
      one.id != null ||
      one.name != null ||
      !found.some((other) => other.kind === one.kind && (other.id ?? other.name) != null),
  );
  return kept.slice(0, MAX_CLUSTERS).map((one, index) => ({
    kind: one.kind,
    name: unknown.or(`clusters/${index}/name`, one.name, "not recorded on this host"),
    id: unknown.or(`clusters/${index}/id`, one.id, "not recorded on this host"),
    detail: unknown.or(`clusters/${index}/detail`, one.detail, "nothing more is known"),
  }));
}

function fromFiles(frames: readonly Frame[]): Found[] {
  const osds = frames.filter((frame) => frame.words[0] === "osd").length;
  return frames.flatMap((frame) => {
    const [word, kind, path] = frame.words;
    const known = KNOWN_FILES.find((candidate) => candidate.kind === kind);
    if (word !== "file" || kind === undefined || path === undefined) return [];
    if (known === undefined && kind !== "zfs") return [];
    const values = keyValues(
      frame.lines.map((line) => line.trim().replace(/\s*[:=]\s*/, "=")),
      "=",
    );
    const said = (key: string | undefined) =>
      key === undefined ? null : cleanText(values.get(key)?.replace(/[#;].*$/, ""));
    const detail = kind === "ceph" && osds > 0 ? `${path}, ${osds} OSDs` : path;
    return [{ kind, name: said(known?.name), id: said(known?.id), detail: cleanText(detail) }];
  });
}

/** `vgs --reportformat json`; without the tool, the volumes' own names in the device mapper: LVM-<32 of VG><32 of LV>. */
function lvm(frames: readonly Frame[]): Found[] {
  const rows = elements(field(jsonOf(frameOf(frames, "vgs")?.lines.join("\n") ?? ""), "report")).flatMap((report) =>
    elements(field(report, "vg"), MAX_CLUSTERS),
  );
  const groups = rows.map((row) => ({
    kind: "lvm",
    name: textOf(field(row, "vg_name")),
    id: textOf(field(row, "vg_uuid")),
    detail: `${textOf(field(row, "pv_count")) ?? "?"} physical volumes`,
  }));
  if (groups.length > 0) return groups;
  const volumes = frames.flatMap((frame) =>
    frame.words[0] === "volume" ? (/^LVM-([A-Za-z0-9]{32})/.exec(frame.words[1] ?? "")?.[1] ?? []) : [],
  );
  return [...new Set(volumes)].map((id) => ({ kind: "lvm", id: dashed(id), detail: "active volumes" }));
}

/** LVM prints its identifiers in groups of 6-4-4-4-4-4-6. */
function dashed(id: string): string {
  return id.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, "$1-$2-$3-$4-$5-$6-$7");
}

function zfs(frames: readonly Frame[]): Found[] {
  return (frameOf(frames, "zpool")?.lines ?? []).slice(0, MAX_CLUSTERS).flatMap((line) => {
    const [name, id, health] = line.split("\t").map((cell) => cleanText(cell));
    return name == null || id == null ? [] : [{ kind: "zfs", name, id, detail: health ?? null }];
  });
}

function arrays(frames: readonly Frame[]): Found[] {
  return frames.flatMap((frame) => {
    const [word, name, id] = frame.words;
    return word === "array" && name !== undefined
      ? [{ kind: "mdraid", name: cleanText(name, 64), id: cleanText(id) }]
      : [];
  });
}
