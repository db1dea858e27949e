import { readdir, readFile } from "node:fs/promises";
import { expect } from "chai";
import { z } from "zod";
import { openApiDocument } from "../../service/http/openapi.ts";
import { appRoutes } from "../../service/http/app.ts";
import { createMetrics } from "../../service/http/metrics.ts";
import { problemTable } from "../../service/http/problem.ts";
import type { Route } from "../../service/http/route.ts";
import { issueExamples } from "../../service/http/units/examples.ts";
import { answerOf, goodInput, startHarness, type Harness } from "./harness.ts";

type Node = Record<string, unknown>;
type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: { name: string; in: string; required: boolean; schema: Node; example: unknown; description: string }[];
  requestBody?: { content: Record<string, { schema: Node; examples?: Record<string, { value: unknown }> }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Node; example?: unknown }> }>;
  security: unknown[];
};

describe("/openapi.json", () => {
  let harness: Harness;
  let document: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Node>; securitySchemes: Node };
    tags: { name: string }[];
  };
  let routes: readonly Route[];
  before(async () => {
    harness = await startHarness();
    document = (await answerOf(await fetch(`${harness.url}/openapi.json`))).json as never;
    const options = { deps: harness.deps, openSecret: (key: Uint8Array) => key, probes: [], version: "1" };
    routes = appRoutes(options, createMetrics(harness.store.port()));
  });
  after(() => harness.stop());

  const operations = (): readonly (readonly [path: string, method: string, operation: Operation])[] =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [path, method, operation] as const),
    );
  /** A zod schema made of a JSON Schema of the document, references resolved. */
  const schemaOf = (schema: Node): z.ZodType =>
    z.fromJSONSchema({ ...relocated(schema), $defs: relocated(document.components.schemas) } as never);

  it("is OpenAPI 3.1.1 and is made of the routes", () => {
    expect(document.openapi).to.equal("3.1.1");
    expect(document).to.deep.equal(JSON.parse(JSON.stringify(openApiDocument(routes, "0.1.0-test"))));
  });

  it("has every route that is served, and serves every route that it has", async () => {
    const documented = operations().map(([path, method]) => `${method.toUpperCase()} ${path}`);
    expect(documented).to.have.members(routes.map((route) => `${route.method} ${route.path}`));
    for (const [path, method] of operations()) {
      const url = harness.url + path.replace("{file}", "page.css").replaceAll(/\{\w+\}/g, "1");
      const response = await fetch(url, { method: method.toUpperCase() });
      const isProblem = /problem\+json/.test(response.headers.get("content-type") ?? "");
      const problem = (isProblem ? await response.json() : {}) as { code?: string };
      // A body that nobody reads would hold its connection, and the server's end, open.
      if (!isProblem) await response.body?.cancel();
      // A route that is not there says so; one that is may find nothing, or want another body.
      expect(problem.code, `${method} ${path}`).not.to.be.oneOf(["not_found", "method_not_allowed", "internal_error"]);
    }
  });

  it("answers only with statuses that it has", async () => {
    const answers: readonly (readonly [string, string, Promise<Response>])[] = [
      ["post", "/v1/receipts", harness.hospital.call("POST", "/v1/receipts", goodInput("o1"))],
      ["post", "/v1/receipts", harness.hospital.call("POST", "/v1/receipts", {})],
      ["get", "/v1/receipts/{code}/{number}", harness.hospital.call("GET", "/v1/receipts/1/1")],
      ["get", "/v1/receipts", fetch(`${harness.url}/v1/receipts`)],
    ];
    for (const [method, path, answer] of answers) {
      const { status, headers, json } = await answerOf(await answer);
      const documented = document.paths[path]?.[method]?.responses[String(status)];
      expect(documented, `${method} ${path} ${status}`).not.to.equal(undefined);
      const type = (headers.get("content-type") ?? "").split(";")[0] ?? "";
      const schema = documented?.content?.[type]?.schema;
      expect(schema, type).to.be.an("object");
      expect(schemaOf(schema ?? {}).safeParse(json).error).to.equal(undefined);
    }
  });

  it("names each operation once, in both languages, under a tag that is there", () => {
    const ids = operations().map(([, , operation]) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    const tags = document.tags.map((tag) => tag.name);
    for (const [, , { operationId, summary, tags: own }] of operations()) {
      expect(operationId).to.match(/^[a-z][A-Za-z]+$/);
      expect(summary, operationId).to.match(/[\u4e00-\u9fff].* \/ .*[A-Za-z]/);
      expect(own).to.have.length(1);
      expect(tags).to.include(own[0]);
    }
  });

  it("resolves every reference, and has no schema that nothing refers to", () => {
    const references = new Set<string>();
    walk(document, (node) => {
      const reference = node["$ref"];
      if (typeof reference === "string") references.add(reference);
      expect(node).not.to.have.any.keys("$schema", "$id", "~standard");
      // A property may bear this name; a schema's own is a text.
      expect(node["id"]).not.to.be.a("string");
    });
    for (const reference of references) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
      expect(document.components.schemas, reference).to.have.property(name ?? "");
    }
    for (const name of Object.keys(document.components.schemas)) {
      expect([...references], name).to.include(`#/components/schemas/${name}`);
    }
  });

  it("declares each variable of a path, required, and only these", () => {
    for (const [path, , operation] of operations()) {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map((parameter) => parameter.name)).to.have.members(variables);
      for (const parameter of operation.parameters ?? []) {
        expect(parameter.required).to.equal(parameter.in === "path");
      }
    }
  });

  it("has examples that are valid by their schemas", () => {
    let count = 0;
    for (const [path, , operation] of operations()) {
      for (const { schema, example, name } of operation.parameters ?? []) {
        expect(schemaOf(schema).safeParse(example).error, `${path} ${name}`).to.equal(undefined);
        count += 1;
      }
      const bodies = Object.values(operation.requestBody?.content ?? {});
      for (const { schema, examples } of bodies) {
        for (const { value } of Object.values(examples ?? {})) {
          expect(schemaOf(schema).safeParse(value).error, path).to.equal(undefined);
          count += 1;
        }
      }
      for (const response of Object.values(operation.responses)) {
        for (const { schema, example } of Object.values(response.content ?? {})) {
          if (example === undefined) continue;
          expect(schemaOf(schema ?? {}).safeParse(example).error, path).to.equal(undefined);
          count += 1;
        }
      }
    }
    expect(count).to.be.greaterThan(20);
  });

  it("refuses what the API refuses, by its schemas too", () => {
    const schema = schemaOf({ $ref: "#/components/schemas/IssueInput" });
    const good = goodInput("schema");
    expect(schema.safeParse(good).success).to.equal(true);
    for (const change of [{ more: 1 }, { busNo: "" }, { totalAmount: 1.5 }, { items: [] }, { payerPartyType: "3" }]) {
      expect(schema.safeParse({ ...good, ...change }).success, JSON.stringify(change)).to.equal(false);
    }
  });

  it("describes every problem of every operation by code, as problem+json", () => {
    const seen = new Set<string>();
    for (const [path, method, operation] of operations()) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (response.content?.["application/problem+json"] === undefined) continue;
        const codes = [...response.description.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "");
        expect(codes, `${method} ${path} ${status}`).not.to.have.length(0);
        for (const code of codes) {
          seen.add(code);
          expect(problemTable[code as keyof typeof problemTable].status, code).to.equal(Number(status));
        }
      }
    }
    // These come before a route is found.
    const unrouted = ["method_not_allowed", "headers_too_large"];
    expect([...seen, ...unrouted]).to.have.members(Object.keys(problemTable));
  });

  it("asks for a signature on /v1 but for checks and disclosures, and nowhere else", () => {
    expect(document.components.securitySchemes).to.have.property("signature");
    for (const [path, , operation] of operations()) {
      expect(operation.security).to.deep.equal(/^\/v1\/(?!checks|disclosures)/.test(path) ? [{ signature: [] }] : []);
    }
  });
});

describe("docs/examples", () => {
  it("are the examples of the documentation, one of each kind", async () => {
    const folder = new URL("../../docs/examples/", import.meta.url);
    const actions = ["reversal.json", "exchange.json"];
    const files = (await readdir(folder)).filter((name) => !actions.includes(name)).sort();
    expect(files).to.deep.equal(
      Object.keys(issueExamples)
        .map((name) => `${name}.json`)
        .sort(),
    );
    for (const [name, { value }] of Object.entries(issueExamples)) {
      expect(JSON.parse(await readFile(new URL(`${name}.json`, folder), "utf8"))).to.deep.equal(value);
    }
  });
});

/** The document's references, as a schema of its own has them. */
function relocated(node: Node): Node {
  return JSON.parse(JSON.stringify(node).replaceAll("#/components/schemas/", "#/$defs/")) as Node;
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node)) visit(node as Node);
  for (const part of Object.values(node)) walk(part, visit);
}
