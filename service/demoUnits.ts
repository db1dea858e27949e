import type { AppKey, Unit } from "./app/storePorts.ts";
import type { Grant } from "./app/admitUnit.ts";

/** A unit that plays a part in the demo: invented, with an app id to sign its requests. */
export type DemoUnit = {
  readonly appId: string;
  readonly algorithm: AppKey["algorithm"];
  readonly unit: Omit<Unit, "unitId" | "keyId" | "status">;
  readonly grants: readonly Grant[];
};

const SHENZHEN = { region: "44", supervisorAreaCode: "440300", ruleOverrides: {} };
const account = (name: string, last4: string) => ({
  recName: name,
  recAcct: `00000000000000${last4}`,
  recOpBk: "示例银行深圳分行",
});
const grant = (kind: string): Grant => ({ kind, first: 1, last: 1_000_000, lowWater: 1_000 });

export const demoUnits: readonly DemoUnit[] = [
  {
    appId: "demo-hospital",
    algorithm: "hmac-sha256",
    unit: {
      ...SHENZHEN,
      creditCode: "12440300MB2D00001R",
      name: "示例市第一人民医院",
      ...account("示例市第一人民医院", "0001"),
      kinds: ["outpatient", "inpatient"],
    },
    grants: [grant("outpatient"), grant("inpatient")],
  },
  {
    appId: "demo-police",
    algorithm: "ed25519",
    unit: {
      ...SHENZHEN,
      creditCode: "11440300MB2D000020",
      name: "示例市公安局交通警察支队",
      ...account("示例市财政局罚没专户", "0002"),
      kinds: ["penalty"],
    },
    grants: [grant("penalty")],
  },
  {
    appId: "demo-school",
    algorithm: "hmac-sha256",
    unit: {
      ...SHENZHEN,
      creditCode: "12440300MB2D000030",
      name: "示例市实验学校",
      ...account("示例市实验学校", "0003"),
      kinds: ["nontax"],
    },
    grants: [grant("nontax")],
  },
  {
    appId: "demo-university",
    algorithm: "hmac-sha256",
    unit: {
      ...SHENZHEN,
      creditCode: "12440300MB2D000043",
      name: "示例大学",
      ...account("示例大学", "0004"),
      kinds: ["tuition", "currentSettlement"],
    },
    grants: [grant("tuition"), grant("currentSettlement")],
  },
  {
    appId: "demo-clinic",
    algorithm: "hmac-sha256",
    unit: {
      ...SHENZHEN,
      creditCode: "12440300MB2D000056",
      name: "示例市第二人民医院",
      ...account("示例市第二人民医院", "0005"),
      kinds: ["registration", "checkup"],
    },
    grants: [grant("registration"), grant("checkup")],
  },
  {
    appId: "demo-charity",
    algorithm: "ed25519",
    unit: {
      ...SHENZHEN,
      creditCode: "53440300MB2D000062",
      name: "示例市慈善基金会",
      ...account("示例市慈善基金会", "0006"),
      kinds: ["donation"],
    },
    grants: [grant("donation")],
  },
  {
    appId: "demo-society",
    algorithm: "hmac-sha256",
    unit: {
      ...SHENZHEN,
      creditCode: "51440300MB2D00007B",
      name: "示例市软件行业协会",
      ...account("示例市软件行业协会", "0007"),
      kinds: ["societyDues"],
    },
    grants: [grant("societyDues")],
  },
];
