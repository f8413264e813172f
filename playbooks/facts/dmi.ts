import { cleanText, keyValues, type Printed } from "./printed.ts";

/** Names under /sys/class/dmi/id and the keyword that `dmidecode -s` knows the same thing by. */
const DMIDECODE = {
  sys_vendor: "system-manufacturer",
  product_name: "system-product-name",
  product_serial: "system-serial-number",
  product_uuid: "system-uuid",
  chassis_asset_tag: "chassis-asset-tag",
  chassis_type: "chassis-type",
  bios_vendor: "bios-vendor",
  bios_version: "bios-version",
  bios_date: "bios-release-date",
} as const;
export type DmiName = keyof typeof DMIDECODE;

/** Shell that prints `NAME:VALUE` for every name: from sysfs, from the device tree, or from dmidecode. */
export function dmiScript(names: readonly DmiName[]): string {
  const decoded = names.map((name) => `echo "${name}:$(dmidecode -s ${DMIDECODE[name]} 2>/dev/null | head -n 1)"`);
  return `
container
root
if [ -d /sys/class/dmi/id ]; then cd /sys/class/dmi/id && grep -aH '' ${names.join(" ")}
elif [ -r /proc/device-tree/model ]; then
  echo "product_name:$(tr -d '\\000' </proc/device-tree/model)"
  [ ! -r /proc/device-tree/serial-number ] || echo "product_serial:$(tr -d '\\000' </proc/device-tree/serial-number)"
elif have dmidecode && dmidecode -s bios-vendor >/dev/null 2>&1; then
  ${decoded.join("\n  ")}
else echo '#no-dmi' >&2
fi
:`;
}

/** What a section made of {@link dmiScript} printed. */
export class Dmi {
  readonly #printed: Printed;
  readonly #values: ReadonlyMap<string, string>;

  constructor(printed: Printed) {
    this.#printed = printed;
    this.#values = keyValues(printed.lines, ":");
  }

  get any(): boolean {
    return this.#values.size > 0 && !this.#printed.inContainer;
  }

  /** The value as a vendor wrote it, cleaned; null when there is none or a placeholder. */
  text(name: DmiName): string | null {
    if (this.#printed.inContainer) return null;
    const text = cleanText(this.#values.get(name));
    return text === null || isPlaceholder(text) ? null : text;
  }

  /** Why {@link text} of the same name is null. */
  why(name: DmiName): string {
    if (this.#printed.inContainer) return "a container has no hardware of its own";
    if (this.#printed.denied(name)) return "needs root";
    const text = cleanText(this.#values.get(name));
    if (text !== null) return `the vendor left a placeholder: ${text}`;
    if (this.#values.has(name)) return "the vendor left it empty";
    return this.any ? "the DMI tables have no such field" : this.#printed.why("the system has no DMI tables");
  }
}

const PLACEHOLDERS = new Set(
  `to be filled by o.e.m.|to be filled by oem|to be filled|default string|default|system product name|system manufacturer
system serial number|system version|system name|chassis serial number|chassis asset tag|asset tag|asset-1234567890|no asset tag
no asset information|not specified|not available|not applicable|not provided|none|n/a|na|null|oem|o.e.m.|empty|unknown|invalid
undefined|sku|0123456789|123456789|1234567890|1234567|type1productconfigid|base board serial number|serial number|nosn|filled by oem
03000200-0400-0500-0006-000700080009|12345678-1234-5678-90ab-cddeefaabbcc|fefefefe-fefe-fefe-fefe-fefefefefefe`.split(
    /[|\n]/,
  ),
);

/** Whether a vendor's text stands for "nothing was entered here". */
export function isPlaceholder(text: string): boolean {
  const word = text.trim().toLowerCase();
  return word === "" || PLACEHOLDERS.has(word) || /^([0x.*\-_ f])(?:\1|-)*$/.test(word);
}
