import type { FieldProblem } from "../domain/receipt.ts";

/** A sentence for people, in both languages. Never holds secrets or personal data. */
export type Text = { readonly zh: string; readonly en: string };
export type Language = "zh" | "en";

/** Every code that an answer can carry; STYLE: stable, snake_case. */
export type ProblemCode =
  | "malformed_request"
  | "malformed_json"
  | "signature_missing"
  | "signature_malformed"
  | "signature_incomplete"
  | "signature_expired"
  | "signature_invalid"
  | "digest_mismatch"
  | "nonce_repeated"
  | "unit_suspended"
  | "numbers_blocked"
  | "number_record_not_found"
  | "number_state_conflict"
  | "not_found"
  | "receipt_not_found"
  | "method_not_allowed"
  | "body_timeout"
  | "bus_no_conflict"
  | "not_rendered"
  | "not_anchored"
  | "receipt_void"
  | "not_in_arrears"
  | "already_reversed"
  | "receipt_is_red"
  | "receipt_on_paper"
  | "receipt_in_use"
  | "changed_elsewhere"
  | "not_on_paper"
  | "not_alone"
  | "receipt_destroyed"
  | "write_off_not_found"
  | "period_filed"
  | "nothing_to_write_off"
  | "write_off_differs"
  | "write_off_state"
  | "no_paper"
  | "paper_differs"
  | "not_blank"
  | "webhook_not_found"
  | "webhook_exists"
  | "too_many_webhooks"
  | "too_many_secrets"
  | "no_contact"
  | "body_too_large"
  | "challenge_required"
  | "too_many_checks"
  | "too_many_pictures"
  | "too_many_sends"
  | "receipt_check_limit"
  | "unsupported_media_type"
  | "invalid_fields"
  | "refused_by_rule"
  | "headers_too_large"
  | "internal_error"
  | "no_numbers"
  | "queue_full"
  | "database_unreachable"
  | "chain_unreachable"
  | "overloaded"
  | "timed_out"
  | "desk_signed_out"
  | "desk_sign_in_refused"
  | "desk_not_allowed"
  | "desk_account_exists"
  | "desk_request_open"
  | "desk_too_many_tries";

type Row = Text & {
  readonly status: number;
  /** Sent as Retry-After, in seconds: trying again may help. */
  readonly retryAfterS?: number;
};

/** The one table of codes: status and title (RFC 9457, 3.1). A code without a row does not compile. */
export const problemTable: Readonly<Record<ProblemCode, Row>> = {
  malformed_request: { status: 400, zh: "请求格式有误", en: "The request is malformed" },
  malformed_json: { status: 400, zh: "请求体不是有效的 JSON", en: "The body is not valid JSON" },
  signature_missing: { status: 401, zh: "缺少请求签名", en: "The request is not signed" },
  signature_malformed: { status: 401, zh: "签名头格式有误", en: "The signature fields are malformed" },
  signature_incomplete: { status: 401, zh: "签名未覆盖必需内容", en: "The signature does not cover what it must" },
  signature_expired: { status: 401, zh: "签名时间不在允许范围内", en: "The signature's time is outside the window" },
  signature_invalid: { status: 401, zh: "签名无效", en: "The signature is not valid" },
  digest_mismatch: {
    status: 401,
    zh: "请求体与 Content-Digest 不符",
    en: "The body does not match its Content-Digest",
  },
  nonce_repeated: { status: 401, zh: "随机数 nonce 已用过", en: "The nonce was used before" },
  unit_suspended: { status: 403, zh: "单位已停用，不能开票", en: "The unit is suspended and can't issue" },
  numbers_blocked: { status: 403, zh: "单位现在不能申领票号", en: "The unit gets no numbers now" },
  number_record_not_found: { status: 404, zh: "没有查到这条记录", en: "There is no such record" },
  number_state_conflict: { status: 409, zh: "与记录现状冲突", en: "It does not fit what is on record" },
  not_found: { status: 404, zh: "没有这个地址", en: "There is nothing at this address" },
  receipt_not_found: { status: 404, zh: "没有查到这张票据", en: "There is no such receipt" },
  method_not_allowed: { status: 405, zh: "不支持此请求方法", en: "The method is not allowed here" },
  body_timeout: { status: 408, zh: "请求体接收超时", en: "The body took too long to arrive" },
  bus_no_conflict: {
    status: 409,
    zh: "业务流水号已开过票，但内容不同",
    en: "This busNo was issued before with other content",
  },
  not_rendered: { status: 409, retryAfterS: 1, zh: "票据文件尚未生成", en: "The document is not there yet" },
  not_anchored: { status: 409, retryAfterS: 5, zh: "票据尚未上链", en: "The receipt is not anchored yet" },
  receipt_void: { status: 409, zh: "票号已作废，没有票据文件", en: "The number is void: there is no receipt" },
  not_in_arrears: { status: 409, zh: "票据未标记欠缴", en: "The receipt is not in arrears" },
  already_reversed: { status: 409, zh: "票据已冲红", en: "The receipt is reversed already" },
  receipt_is_red: { status: 409, zh: "红字票据不能这样处理", en: "That can't be done with a red-letter receipt" },
  receipt_on_paper: { status: 409, zh: "票据已换开纸质", en: "The receipt was exchanged to paper" },
  receipt_in_use: { status: 409, zh: "票据已入账或正在报销", en: "The receipt is being or was reimbursed" },
  changed_elsewhere: {
    status: 409,
    zh: "票据在链上已由他方冲红或换开纸质",
    en: "The ledger has it reversed or on paper by an act of another",
  },
  not_on_paper: { status: 409, zh: "票据未换开纸质", en: "The receipt was not exchanged to paper" },
  no_paper: { status: 409, zh: "没有可用的纸质票据号码", en: "There is no blank paper number" },
  paper_differs: { status: 409, zh: "手中纸质票据号码与系统不符", en: "The blank in hand is not the next one" },
  not_blank: { status: 409, zh: "不是空白纸质票据号码", en: "These are not blank paper numbers" },
  not_alone: { status: 409, zh: "同一请求中的另一部分被拒绝", en: "The other part of the request was refused" },
  write_off_not_found: { status: 404, zh: "没有这张核销单", en: "There is no such write-off" },
  period_filed: { status: 409, zh: "该期间已申报核销", en: "The period is written off already" },
  nothing_to_write_off: { status: 409, zh: "没有可核销的票据", en: "There is nothing to write off" },
  write_off_differs: { status: 409, zh: "勾稽不符，未申报核销", en: "The numbers do not add up: nothing was filed" },
  write_off_state: { status: 409, zh: "核销单的状态不允许", en: "The write-off's state does not allow it" },
  receipt_destroyed: { status: 410, zh: "票据已按规定销毁", en: "The receipt was destroyed as the rules provide" },
  webhook_not_found: { status: 404, zh: "没有这个接收地址", en: "There is no such endpoint" },
  webhook_exists: { status: 409, zh: "接收地址已登记", en: "The endpoint is registered already" },
  too_many_webhooks: { status: 409, zh: "接收地址过多", en: "The unit has too many endpoints" },
  too_many_secrets: { status: 409, zh: "旧密钥过多", en: "Too many old secrets are valid still" },
  no_contact: { status: 409, zh: "票据没有可发送的联系方式", en: "There is no contact to send it to" },
  body_too_large: { status: 413, zh: "请求体过大", en: "The body is too large" },
  unsupported_media_type: { status: 415, zh: "不支持的内容类型", en: "The content type is not supported" },
  invalid_fields: { status: 422, zh: "字段有误", en: "Some fields are not valid" },
  refused_by_rule: { status: 422, zh: "不符合票据规则，未开票", en: "A fiscal rule refuses it: nothing was issued" },
  challenge_required: { status: 428, zh: "请先完成一次计算再查验", en: "Show some work first" },
  too_many_checks: { status: 429, zh: "查验过于频繁，请稍后再试", en: "Too many checks from one address" },
  too_many_pictures: {
    status: 429,
    retryAfterS: 600,
    zh: "获取图片过于频繁，请稍后再试",
    en: "Too many pictures: try again later",
  },
  too_many_sends: { status: 429, zh: "这张票据今日补发次数过多", en: "The receipt was sent again too often today" },
  receipt_check_limit: {
    status: 429,
    zh: "这张票据今日查验失败次数过多",
    en: "This receipt was typed wrongly too often today",
  },
  headers_too_large: { status: 431, zh: "请求头过大", en: "The header fields are too large" },
  internal_error: { status: 500, zh: "系统内部错误", en: "An error on our side" },
  no_numbers: {
    status: 503,
    retryAfterS: 60,
    zh: "可用票号已用完，请申领",
    en: "No numbers are left: ask for a new book",
  },
  queue_full: { status: 503, retryAfterS: 1, zh: "排队已满，请稍后重试", en: "The queue is full: try again soon" },
  database_unreachable: { status: 503, retryAfterS: 2, zh: "数据库暂时不可用", en: "The database can't be reached" },
  chain_unreachable: { status: 503, retryAfterS: 5, zh: "区块链节点暂时不可用", en: "The chain can't be reached" },
  overloaded: { status: 503, retryAfterS: 1, zh: "同时请求过多，请稍后重试", en: "Too many requests at once" },
  timed_out: {
    status: 503,
    retryAfterS: 1,
    zh: "处理超时，结果未知",
    en: "It took too long: the outcome is not known",
  },
  desk_signed_out: { status: 401, zh: "请重新登录", en: "Sign in again" },
  desk_sign_in_refused: { status: 401, zh: "未能登录", en: "Not signed in" },
  desk_not_allowed: { status: 403, zh: "您的角色不能做这件事", en: "Your role may not do this" },
  desk_account_exists: { status: 409, zh: "账号已存在", en: "There is such an account" },
  desk_request_open: { status: 409, zh: "已有待复核的申请", en: "A request is open" },
  desk_too_many_tries: { status: 429, zh: "尝试次数过多", en: "Too many tries" },
};

/** An answer other than success, thrown to the problem handler or put into a batch's results. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly code: ProblemCode;
  readonly detail: Text;
  readonly errors: readonly FieldProblem[];
  /** RFC 9457 extension members. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: Text,
    more: {
      readonly errors?: readonly FieldProblem[];
      readonly members?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(`${code}: ${detail.en}`, more.cause === undefined ? {} : { cause: more.cause });
    this.code = code;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.members = more.members ?? {};
    this.headers = more.headers ?? {};
  }
}

/** Where the answer goes: how to word it, and by what id it is found in the log. */
export type Asker = { readonly language: Language; readonly requestId: string; readonly publicUrl: string };

export type FieldView = { readonly pointer: string; readonly code: string; readonly message: string };
export type ProblemBody = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors: FieldView[];
  readonly [member: string]: unknown;
};

/** The problem+json body (RFC 9457, 3). */
export function presentProblem(problem: HttpProblem, asker: Asker): ProblemBody {
  const row = problemTable[problem.code];
  return {
    type: `${asker.publicUrl}/docs/problems#${problem.code}`,
    title: row[asker.language],
    status: row.status,
    code: problem.code,
    detail: problem.detail[asker.language],
    requestId: asker.requestId,
    errors: problem.errors.map((error) => presentFieldProblem(error, asker.language)),
    ...problem.members,
  };
}

/** One field's problem, worded in the asker's language. */
export function presentFieldProblem(error: FieldProblem, language: Language): FieldView {
  return { pointer: error.pointer, code: error.code, message: error[language] };
}

/** The header fields that go with a problem. */
export function problemHeaders(problem: HttpProblem): Readonly<Record<string, string>> {
  const { retryAfterS } = problemTable[problem.code];
  return { ...(retryAfterS === undefined ? {} : { "Retry-After": String(retryAfterS) }), ...problem.headers };
}

/** A problem of ours for a code of the use cases; undefined if the code is none that a caller may see. */
export function problemCodeOf(appCode: string): ProblemCode | undefined {
  return appCode === "queue_full" || appCode === "database_unreachable" || appCode === "chain_unreachable"
    ? appCode
    : undefined;
}
