import { Dmi, dmiScript } from "../dmi.ts";
import type { Fact } from "../fact.ts";
import { keyValues, printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";

export const firmware: Fact<"firmware"> = {
  name: "firmware",
  title: "BIOS or UEFI: version, how it booted, secure boot",
  sections: {
    dmi: section(dmiScript(["bios_vendor", "bios_version", "bios_date"])),
    // The variable is four bytes of attributes and one of state (UEFI 2.10 §3.3, GUID of the global variables).
    boot: section(`
container
if [ -d /sys/firmware/efi ]; then echo boot=uefi; else echo boot=other; fi
v=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
[ ! -e "$v" ] || echo "secure-boot=$(od -An -v -tu1 "$v")"
:`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const dmi = new Dmi(printedBy(sections, "dmi"));
    const printed = printedBy(sections, "boot");
    const values = keyValues(printed.lines, "=");
    const boot = printed.inContainer ? null : bootOf(values.get("boot"), dmi);
    const reason = printed.inContainer
      ? "a container is not booted by firmware"
      : printed.why("no UEFI, and no BIOS tables either");
    return unknown.reading({
      vendor: unknown.or("vendor", dmi.text("bios_vendor"), dmi.why("bios_vendor")),
      version: unknown.or("version", dmi.text("bios_version"), dmi.why("bios_version")),
      date: unknown.or("date", dmi.text("bios_date"), dmi.why("bios_date")),
      boot: unknown.or("boot", boot, reason),
      secureBoot: unknown.or(
        "secureBoot",
        boot === null ? null : secureBootOf(boot, values.get("secure-boot")),
        boot === null ? reason : printed.why("the firmware does not say"),
      ),
    });
  },
};

function bootOf(printed: string | undefined, dmi: Dmi): "uefi" | "bios" | null {
  if (printed === "uefi") return "uefi";
  return printed === "other" && dmi.text("bios_vendor") !== null ? "bios" : null;
}

function secureBootOf(boot: "uefi" | "bios", bytes: string | undefined): boolean | null {
  if (boot === "bios") return false;
  const state = /^(?:\d+\s+){4}([01])$/.exec(bytes ?? "")?.[1];
  return state === undefined ? null : state === "1";
}
