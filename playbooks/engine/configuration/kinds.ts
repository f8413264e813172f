import {
  readBoolean,
  readChoice,
  readInteger,
  readList,
  readPath,
  readSearchPath,
  readText,
  type Setting,
} from "#inventory/settings/settings.ts";

/** The variable and the `section.key` of ansible.cfg a setting comes from; several with blanks between. */
type Names = readonly [environment: string, file: string];

function places([environment, file]: Names): Pick<Setting<unknown>, "environment" | "file"> {
  return {
    environment: words(environment),
    file: words(file).map((name) => {
      const [section = "", key = ""] = name.split(".");
      return [section, key] as const;
    }),
  };
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

export function flag(names: Names, fallback: boolean): Setting<boolean> {
  return { ...places(names), read: readBoolean, fallback };
}

/** Yes, no, or nothing said. */
export function decision(names: Names): Setting<boolean | undefined> {
  return { ...places(names), read: readBoolean, fallback: undefined };
}

export function text<T extends string | undefined>(names: Names, fallback: T): Setting<string | T> {
  return { ...places(names), read: readText, fallback };
}

export function choice<T extends string>(names: Names, all: readonly T[], fallback: T): Setting<T> {
  return { ...places(names), read: readChoice(...all), fallback };
}

export function integer<T extends number | undefined>(names: Names, fallback: T): Setting<number | T> {
  return { ...places(names), read: readInteger, fallback };
}

export function list(names: Names): Setting<readonly string[]> {
  return { ...places(names), read: (written) => readList(written).filter((item) => item !== ""), fallback: [] };
}

export function path(names: Names): Setting<string | undefined> {
  return {
    ...places(names),
    read: (written, place) => (written === "" ? undefined : readPath(written, place)),
    fallback: undefined,
  };
}

export function searchPath(names: Names): Setting<readonly string[] | undefined> {
  return { ...places(names), read: readSearchPath, fallback: undefined };
}
