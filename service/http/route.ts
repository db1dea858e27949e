import type { z } from "zod";
import type { Call, Reply, SignedCall } from "./call.ts";
import type { ProblemCode, Text } from "./problem.ts";

/** One operation: what the router serves and what /openapi.json says about it, from one place. */
export type Route = SignedRoute | OpenRoute;

type RouteBase = {
  readonly method: "GET" | "POST" | "PUT";
  /** As OpenAPI writes it: "/v1/receipts/{code}/{number}". */
  readonly path: string;
  /** Most bytes of the body; 0: it takes none. */
  readonly bodyLimitBytes: number;
  readonly doc: OperationDoc;
};

/** For units: signed by RFC 9421. */
export type SignedRoute = RouteBase & {
  readonly access: "signed";
  /** True if a suspended unit may not do it. */
  readonly isIssuing: boolean;
  readonly handle: (call: SignedCall) => Promise<Reply>;
};

/** For anyone. `isProbe`: answered even when too many requests are under way. */
export type OpenRoute = RouteBase & {
  readonly access: "open";
  readonly isProbe: boolean;
  readonly handle: (call: Call) => Promise<Reply>;
};

export type OperationDoc = {
  readonly operationId: string;
  readonly tag: "receipts" | "paper" | "books" | "writeOffs" | "webhooks" | "checks" | "operations" | "pages" | "desk";
  readonly summary: Text;
  readonly description?: Text;
  readonly parameters?: readonly ParameterDoc[];
  readonly request?: RequestDoc;
  readonly answers: readonly AnswerDoc[];
  /** Which problems it can answer with, besides those of its access and body. */
  readonly problems: readonly ProblemCode[];
};

export type RequestDoc = {
  readonly schema: z.ZodType;
  readonly examples: Readonly<Record<string, ExampleDoc>>;
  /** Media types that are taken besides JSON, as bytes. */
  readonly otherTypes?: readonly string[];
};

export type ParameterDoc = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly schema: z.ZodType;
  readonly description: Text;
  readonly example: string | number;
};

export type AnswerDoc = {
  readonly status: number;
  readonly description: Text;
  readonly headers?: Readonly<Record<string, Text>>;
  /** By media type; none: an answer without a body. */
  readonly content: Readonly<Record<string, ContentDoc>>;
};

/** A schema for JSON; other types are named only. */
export type ContentDoc = { readonly schema?: z.ZodType; readonly example?: unknown };
export type ExampleDoc = { readonly summary: Text; readonly value: unknown };
