import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { graphics } from "./fact.ts";

testFactCases(graphics, import.meta.url);
