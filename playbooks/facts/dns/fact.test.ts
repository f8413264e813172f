import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { dns } from "./fact.ts";

testFactCases(dns, import.meta.url);
