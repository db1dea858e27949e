import tseslint from "typescript-eslint";

/** Who may import whom: DESIGN, "The house". Left: a folder; right: what it must not reach. */
const nodeBuiltins = ["node:*", "fs", "path", "crypto"];
const frameworks = ["koa", "@koa/*", "typeorm", "pdfkit", "ethers", "hardhat", "hardhat/*"];

const forbid = (files, groups, message, ignores = []) => ({
  files,
  ignores,
  rules: { "no-restricted-imports": ["error", { patterns: [{ group: groups, message }] }] },
});
const folders = ["core", "domain", "app", "db", "adapters", "workers", "threads", "http", "web"];
const others = (...allowed) =>
  folders.filter((folder) => !allowed.includes(folder)).flatMap((folder) => [`**/${folder}/*`, `**/${folder}/**`]);

export default tseslint.config(
  { ignores: ["node_modules/", "artifacts/", "cache/", "coverage/", "types/", "data/", "build/"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 70 }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "named exports only" },
        { selector: "CallExpression[callee.name='parseFloat']", message: "no floats near money" },
        { selector: "CallExpression[callee.property.name='toFixed']", message: "no floats near money" },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-definitions": "off",
      // Texts are walked by code points on purpose: each is one glyph to draw or one digit to check.
      "@typescript-eslint/no-misused-spread": "off",
      // TypeORM takes plain objects for its option classes.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Ports are written with methods and made of closures: there is no `this` to lose.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  { files: ["hardhat.config.ts"], rules: { "no-restricted-syntax": "off" } },
  forbid(
    ["service/core/**/*.ts"],
    [...nodeBuiltins, ...frameworks, "zod", ...others("core")],
    "core imports @noble only",
  ),
  forbid(
    ["service/domain/**/*.ts"],
    [...nodeBuiltins, ...frameworks, "zod", "@noble/*", ...others("domain", "core")],
    "domain imports core only",
  ),
  forbid(
    ["service/app/**/*.ts"],
    [...nodeBuiltins, ...frameworks, "zod", "@noble/*", ...others("app", "domain", "core")],
    "app imports domain and core only",
  ),
  forbid(
    ["service/db/**/*.ts"],
    ["koa", "@koa/*", "pdfkit", "ethers", "hardhat", "zod", ...others("db", "app", "domain", "core")],
    "db imports typeorm, ports, domain, core",
  ),
  forbid(
    ["service/adapters/**/*.ts"],
    ["koa", "@koa/*", "typeorm", ...others("adapters", "app", "domain", "core")],
    "adapters import ports, domain, core and their own library",
  ),
  forbid(
    ["service/workers/**/*.ts"],
    [...frameworks, "zod", ...others("workers", "app", "domain", "core")],
    "workers import app and ports",
  ),
  forbid(
    ["service/threads/**/*.ts"],
    ["koa", "@koa/*", "typeorm", "ethers", "hardhat", ...others("threads", "adapters", "app", "domain", "core")],
    "threads wire adapters inside a worker thread",
  ),
  forbid(
    ["service/http/**/*.ts"],
    ["typeorm", "pdfkit", "ethers", "hardhat", ...others("http", "app", "domain", "core")],
    "http imports app, domain, core, koa, zod",
  ),
  forbid(
    ["service/web/**/*.ts"],
    [...nodeBuiltins, ...frameworks, "zod", ...others("web", "domain", "core")],
    "web imports core, domain and itself",
  ),
  forbid(["service/**/*.ts", "scripts/**/*.ts"], ["**/test/**"], "tests are never imported", [
    "service/core/**",
    "service/domain/**",
    "service/app/**",
    "service/db/**",
    "service/adapters/**",
    "service/workers/**",
    "service/threads/**",
    "service/http/**",
  ]),
  ...["blob", "chain", "mail", "pdf", "picture", "postgres", "sandbox", "sign", "sms", "system", "webhook"].map(
    (own, _, all) =>
      forbid(
        [`service/adapters/${own}/**/*.ts`],
        [
          "koa",
          "@koa/*",
          "typeorm",
          ...others("adapters", "app", "domain", "core"),
          ...all.filter((each) => each !== own).map((each) => `../${each}/*`),
        ],
        "an adapter never imports another",
      ),
  ),
  {
    files: ["service/**/*.ts"],
    ignores: ["service/config.ts", "service/main.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "only config.ts and main.ts read the environment" },
      ],
    },
  },
);
