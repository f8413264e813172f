import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { filesystems } from "./fact.ts";

testFactCases(filesystems, import.meta.url);
