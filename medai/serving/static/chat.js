// Ask, read the events of the answer, show them as text (never as HTML).
"use strict";

const WORDS = {
  en: {
    title: "Ask about your health", label: "Your question", send: "Ask",
    notice: "For teaching. Not medical advice. In an emergency call your emergency number now (112, 911, 999 or 120).",
    hint: "Leave out names and numbers that identify you. Answers come with their sources, or not at all.",
    talk: "Questions and answers", other: "中文", otherLabel: "换成中文", otherLang: "zh",
    emergency: "This may be an emergency", answered: "Answer", abstained: "No reliable answer",
    refused: "Not answered", sources: "Sources", waiting: "Looking for an answer…", done: "The answer is there.",
    failed: "No answer could be fetched. If you are worried, ask a doctor or a nurse; in an emergency call your emergency number now.",
    busy: "Too many questions at the moment. Please try again in a minute; in an emergency call your emergency number now.",
  },
  zh: {
    title: "健康问答", label: "您的问题", send: "提问",
    notice: "仅供教学,不构成医疗建议。遇紧急情况请立即拨打急救电话(120、112、911 或 999)。",
    hint: "请不要填写可识别您身份的姓名和号码。回答都附有来源;没有可靠来源时不作回答。",
    talk: "问题与回答", other: "English", otherLabel: "Switch to English", otherLang: "en",
    emergency: "这可能是紧急情况", answered: "回答", abstained: "没有可靠的答案",
    refused: "不予回答", sources: "来源", waiting: "正在查找答案……", done: "已有答案。",
    failed: "无法取得答案。如有担心,请咨询医生或护士;紧急情况请立即拨打急救电话。",
    busy: "目前提问过多,请一分钟后再试;紧急情况请立即拨打急救电话。",
  },
};

let lang = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
const one = (id) => document.getElementById(id);

function say() {
  const words = WORDS[lang];
  document.documentElement.lang = lang;
  document.title = words.title;
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = words[element.dataset.say];
  }
  one("talk").setAttribute("aria-label", words.talk);
  const other = one("language");
  other.textContent = words.other;
  other.lang = words.otherLang;
  other.setAttribute("aria-label", words.otherLabel);
}

function add(parent, tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function show(box, answer) {
  const words = WORDS[answer.lang === "zh" ? "zh" : lang];
  box.replaceChildren();
  box.lang = answer.lang;
  box.className = `answer ${answer.kind}`;
  if (answer.kind === "emergency") box.setAttribute("role", "alert");
  add(box, "p", "kind", words[answer.kind] || words.answered);
  add(box, "p", "text", answer.text);
  if (!answer.citations.length) return;
  const list = add(box, "ol", "sources");
  list.setAttribute("aria-label", words.sources);
  for (const cited of answer.citations) {
    const row = add(list, "li", "", `[${cited.number}] `);
    if (!/^https?:\/\//.test(cited.url)) {
      row.append(cited.title);
      continue;
    }
    const link = add(row, "a", "", cited.title);
    link.href = cited.url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
}

async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block);
      const data = /^data: (.*)$/m.exec(block);
      if (name && data) yield [name[1], JSON.parse(data[1])];
    }
  }
}

async function answer(question, box) {
  const response = await fetch("chat", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question }),
  });
  if (response.status === 429 || response.status === 503) throw new Error("busy");
  if (!response.ok) throw new Error("failed");
  const text = add(box, "p", "text", "");
  let whole = false;
  for await (const [name, value] of eventsOf(response)) {
    if (name === "text") text.textContent += value.text;
    if (name === "answer") { show(box, value); whole = true; }
    if (name === "error") throw new Error("failed");
  }
  if (!whole) throw new Error("failed"); // half an answer may say the opposite of a whole one
}

one("ask").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const question = one("question").value.trim();
  if (!question) return;
  one("send").disabled = true;
  one("status").textContent = WORDS[lang].waiting;
  add(one("talk"), "p", "question", question);
  const box = add(one("talk"), "article", "answer");
  box.setAttribute("aria-busy", "true");
  try {
    await answer(question, box);
    one("question").value = "";
    one("status").textContent = WORDS[lang].done;
  } catch (error) {
    box.replaceChildren();
    const words = WORDS[lang];
    add(box, "p", "text", error.message === "busy" ? words.busy : words.failed);
    one("status").textContent = "";
  } finally {
    box.removeAttribute("aria-busy");
    one("send").disabled = false;
    box.scrollIntoView({ block: "nearest" });
  }
});

one("question").addEventListener("keydown", (key) => {
  if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) one("ask").requestSubmit();
});
one("language").addEventListener("click", () => { lang = lang === "en" ? "zh" : "en"; say(); });
say();
