import { afterAll, beforeAll, expect, it } from "vitest";
import { TestSite } from "./testing/test-site.ts";

let site: TestSite;
beforeAll(async () => {
  site = await TestSite.start();
});
afterAll(() => site.stop());

interface Description {
  readonly paths: Record<string, Record<string, { summary?: string; tags?: string[]; responses?: object }>>;
}

// When a route changes on purpose: npx vitest run --project unit control-plane/openapi -u
it("openapi.json describes the routes as they are", async () => {
  const { status, body } = await site.agent("anyone").get("/v1/openapi.json");
  expect(status).toBe(200);
  await expect(`${JSON.stringify(body, null, 2)}\n`).toMatchFileSnapshot("./openapi.json");
});

it("every route has a summary, a tag and its replies", async () => {
  const { paths } = (await site.agent("anyone").get("/v1/openapi.json")).body as Description;
  expect(Object.keys(paths).length).toBeGreaterThan(12);
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      expect(operation, `${method} ${path}`).toMatchObject({
        summary: expect.stringMatching(/\S/),
        tags: [expect.any(String)],
        responses: { "200": expect.anything(), "4XX": expect.anything() },
      });
    }
  }
});
