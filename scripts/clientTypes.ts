// Types of the client package, made of /openapi.json: of each schema by its name, and of each operation of /v1.

type Json = Readonly<Record<string, unknown>>;

/** The text of api.ts as the package is built of it. @throws Error for a schema that it can't write as a type */
export function clientTypes(document: Json): string {
  const { schemas } = objectOf(document["components"]);
  const named = Object.entries(objectOf(schemas)).map(([name, schema]) => {
    const { description } = objectOf(schema);
    const doc = typeof description === "string" ? `/** ${description.replaceAll("*/", "* /")} */\n` : "";
    return `${doc}export type ${name} = ${typeOf(schema)};`;
  });
  const operations = Object.entries(objectOf(document["paths"])).flatMap(([path, item]) =>
    path.startsWith("/v1/")
      ? Object.entries(objectOf(item)).map(([method, operation]) => operationType(method, path, objectOf(operation)))
      : [],
  );
  return [
    ...named,
    `/** Every operation of /v1 by method and path. */\nexport type Operations = {\n${operations.join("\n")}\n};`,
    "export type Operation = { readonly path: unknown; readonly query: unknown; readonly body: unknown; readonly answer: unknown };",
  ].join("\n\n");
}

function operationType(method: string, path: string, operation: Json): string {
  const parameters = arrayOf(operation["parameters"]).map(objectOf);
  const of = (place: string): string => {
    const fields = parameters
      .filter((each) => each["in"] === place)
      .map((each) => field(String(each["name"]), each["schema"], each["required"] === true));
    return `{ ${fields.join(" ")} }`;
  };
  const body = operation["requestBody"] === undefined ? "undefined" : jsonType(objectOf(operation["requestBody"]));
  const answers = Object.entries(objectOf(operation["responses"]))
    .filter(([status]) => status.startsWith("2"))
    .map(([, response]) => jsonType(objectOf(response)));
  const answer = [...new Set(answers)].join(" | ");
  const doc = `/** ${String(operation["summary"])} */`;
  return `  ${doc}\n  readonly "${method.toUpperCase()} ${path}": { readonly path: ${of("path")}; readonly query: ${of("query")}; readonly body: ${body}; readonly answer: ${answer} };`;
}

/** What is no JSON comes as its bytes. */
function jsonType(part: Json): string {
  const content = Object.entries(objectOf(part["content"]));
  const types = content.map(([type, media]) =>
    type === "application/json" ? typeOf(objectOf(media)["schema"]) : "Uint8Array",
  );
  return [...new Set(types)].join(" | ") || "undefined";
}

function typeOf(value: unknown): string {
  const schema = objectOf(value);
  const { $ref, enum: choices, anyOf, oneOf, type } = schema;
  if (typeof $ref === "string") return $ref.replace("#/components/schemas/", "");
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(" | ");
  const branches = anyOf ?? oneOf;
  if (Array.isArray(branches)) return `(${branches.map(typeOf).join(" | ")})`;
  if (Array.isArray(type)) return type.map((each: unknown) => typeOf({ ...schema, type: each })).join(" | ");
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly (${typeOf(schema["items"])})[]`;
    case "object":
      return objectType(schema);
    case undefined:
      if (Object.keys(schema).every((key) => key === "description")) return "unknown";
  }
  throw new Error(`no type can be made of ${JSON.stringify(schema)}`);
}

function objectType(schema: Json): string {
  const { additionalProperties: rest } = schema;
  const properties = Object.entries(objectOf(schema["properties"]));
  const required = new Set(arrayOf(schema["required"]));
  const fields = properties.map(([name, each]) => field(name, each, required.has(name)));
  if (rest === undefined || rest === false) return `{ ${fields.join(" ")} }`;
  // Beside named fields a rest can only be told as unknown.
  const restType = properties.length > 0 || rest === true ? "unknown" : typeOf(rest);
  return `{ ${[...fields, `readonly [name: string]: ${restType};`].join(" ")} }`;
}

function field(name: string, schema: unknown, isRequired: boolean): string {
  const { description } = objectOf(schema);
  const doc = typeof description === "string" ? `\n/** ${description.replaceAll("*/", "* /")} */` : "";
  return `${doc}\nreadonly ${JSON.stringify(name)}${isRequired ? "" : "?"}: ${typeOf(schema)};`;
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
