import type { DeskLogAction } from "../../domain/deskLog.ts";

const NAMES: Readonly<Record<DeskLogAction, string>> = {
  signed_in: "登录",
  sign_in_refused: "登录被拒",
  signed_out: "退出",
  password_changed: "修改口令",
  totp_bound: "绑定动态口令",
  recovery_code_used: "用恢复码",
  issue_asked: "提交开票",
  issued: "已开票",
  issue_refused: "未开成",
  receipt_seen: "看票据",
  receipt_downloaded: "下载票据",
  receipt_sent: "发送票据",
  links_revoked: "停用取票链接",
  contact_corrected: "更正联系方式",
  arrears_released: "欠缴放行",
  receipts_searched: "查票",
  receipts_exported: "导出清单",
  reconciled: "对账",
  reversal_asked: "申请冲红",
  reversal_approved: "同意冲红",
  reversal_refused: "不同意冲红",
  reversed: "已冲红",
  exchanged: "换开纸质",
  paper_returned: "收回纸质",
  paper_replaced: "重新换开",
  blanks_spoilt: "作废空白",
  application_saved: "存申领单",
  application_submitted: "提交申领",
  numbers_returned: "退票号",
  low_water_set: "设预警线",
  place_set: "设开票点",
  book_placed: "分号段",
  write_off_filed: "申报核销",
  write_off_rectified: "说明整改",
  item_saved: "存收费项目",
  item_removed: "删收费项目",
  account_made: "建账号",
  account_changed: "改账号",
  account_reset: "重置账号",
  action_denied: "越权被拒",
};

const isKnown = (action: string): action is DeskLogAction => Object.hasOwn(NAMES, action);

/** "登录 signed_in" */
export const actionText = (action: string): string => (isKnown(action) ? `${NAMES[action]} ${action}` : action);
