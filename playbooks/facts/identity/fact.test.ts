import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { identity } from "./fact.ts";

testFactCases(identity, import.meta.url);
