import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { operatingSystem } from "./fact.ts";

testFactCases(operatingSystem, import.meta.url);
