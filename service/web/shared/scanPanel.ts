import { AppError } from "../../core/errors.ts";
import type { Text } from "../../core/reportTexts.ts";
import { both, byId, el } from "./dom.ts";
import { hasCamera, scanCode, type ScanSource } from "./scanCode.ts";
import { words } from "./words.ts";

/**
 * Fills #scanner with what scans: the camera, where there is one to be had, and a picture file.
 * @param onText what was read; gives what is wrong with it, or undefined
 * @param note stands beside the buttons
 */
export async function wireScanner(onText: (text: string) => Text | undefined, note?: Text): Promise<void> {
  const isCamera = await hasCamera();
  const host = byId("scanner");
  const said = el("p", { class: "scan-said", role: "status" });
  const camera = el("button", { type: "button", id: "scan-camera" }, both(words("扫码", "Scan")));
  const stop = el("button", { type: "button", id: "scan-stop", class: "plain" }, both(words("停止", "Stop")));
  const video = el("video", { playsinline: "", muted: "", "aria-label": "摄像头画面 Camera" });
  video.muted = true;
  const view = el(
    "div",
    { class: "scan-view", hidden: "" },
    video,
    el("p", {}, both(AIM)),
    el("p", { class: "buttons" }, stop),
  );
  const file = el("input", { type: "file", id: "scan-file", accept: "image/*" });
  const picture = el("label", { class: "scan-file", for: "scan-file" }, file, el("span", {}, both(FROM_PICTURE)));
  const notes = note === undefined ? [] : [el("p", { class: "soft" }, both(note))];
  const say = (text: Text | undefined, isProblem = true): void => {
    said.classList.toggle("problem", isProblem && text !== undefined);
    said.replaceChildren(...(text === undefined ? [] : [both(text)]));
  };
  let running: AbortController | undefined;

  const scan = async (source: ScanSource): Promise<void> => {
    say(
      source.kind === "picture" ? words("正在识别…", "Reading …") : words("正在打开摄像头…", "Opening the camera …"),
      false,
    );
    try {
      const text = await scanCode(source);
      say(text === undefined ? undefined : onText(text));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      say(PROBLEMS[error.code] ?? PROBLEMS["camera_failed"]);
    }
  };
  const open = async (): Promise<void> => {
    if (running !== undefined) return;
    running = new AbortController();
    camera.disabled = true;
    view.hidden = false;
    stop.focus();
    await scan({ kind: "camera", video, signal: running.signal });
    running = undefined;
    camera.disabled = false;
    const isInside = view.contains(document.activeElement);
    view.hidden = true;
    if (isInside) camera.focus();
  };
  video.addEventListener("playing", () => say(undefined));
  camera.addEventListener("click", () => void open());
  stop.addEventListener("click", () => running?.abort());
  view.addEventListener("keydown", (event) => event.key === "Escape" && running?.abort());
  document.addEventListener("visibilitychange", () => document.hidden && running?.abort());
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    running?.abort();
    if (chosen !== undefined) void scan({ kind: "picture", file: chosen });
  });
  host.replaceChildren(el("div", { class: "buttons" }, isCamera ? camera : undefined, picture), ...notes, view, said);
  host.hidden = false;
}

const AIM = words("请把票面二维码放进画面", "Hold the receipt’s QR code before the camera");
const FROM_PICTURE = words("从图片识别", "From a picture");

const PROBLEMS: Readonly<Record<string, Text>> = {
  camera_denied: words(
    "未获准使用摄像头：请在浏览器设置中允许，或改用图片、输入",
    "The camera is not allowed: allow it in the browser’s settings, use a picture, or type",
  ),
  camera_missing: words("没有找到摄像头：可改用图片或输入", "No camera was found: use a picture, or type"),
  camera_failed: words(
    "摄像头打不开，可能正被其他程序使用：可改用图片或输入",
    "The camera does not open, another program may have it: use a picture, or type",
  ),
  picture_unreadable: words("这个文件不是能打开的图片", "The file is no picture that opens here"),
  code_not_found: words(
    "图片里没有找到二维码：请让二维码清晰、完整、占画面三分之一以上",
    "No QR code was found: it should be sharp, whole, and a third of the picture or more",
  ),
  reader_missing: words("识别程序没有取到，请稍后再试", "The reader could not be fetched: try again in a while"),
};
