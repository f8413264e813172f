import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { management } from "./fact.ts";

testFactCases(management, import.meta.url);
