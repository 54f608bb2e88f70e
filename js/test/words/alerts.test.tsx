// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { describe, expect, it } from "vitest"
import type { Fired } from "../../src/wire/traits"
import { AlertList, AlertsButton, Toasts } from "../../src/words/alerts"
import { boundModel, draw } from "../draw"

const told = (number: number, text = `BTC: ${number}`, kind: Fired["kind"] = "alert"): Fired => ({ number, time: 1_765_704_900_000 + number * 60_000, text, name: "", kind })
const settled = () => new Promise((resolve) => setTimeout(resolve))

async function setup(first: readonly Fired[] = []) {
  const { model, bound } = boundModel({ _fired: first })
  const open = signal(false)
  const { host } = draw(
    <>
      <AlertsButton id="list" open={open} bound={bound} />
      <AlertList id="list" open={open} bound={bound} />
      <Toasts bound={bound} since={first.at(-1)?.number ?? 0} />
    </>,
  )
  const tell = async (...fired: Fired[]) => {
    model.set("_fired", fired)
    await settled()
  }
  const toasts = () => [...host.querySelectorAll(".liq-toast > span")].map((one) => one.textContent)
  return { host, tell, toasts, button: () => host.querySelector<HTMLButtonElement>("[aria-controls=list]") }
}

describe("Toasts", () => {
  it("say what is told while the view is open, three at most, each until it is closed", async () => {
    const { host, tell, toasts } = await setup([told(1)])
    expect(toasts()).toEqual([])
    await tell(told(1), told(2), told(3))
    expect(toasts()).toEqual(["14 Dec 09:37 BTC: 2", "14 Dec 09:38 BTC: 3"])
    host.querySelector<HTMLButtonElement>(".liq-toast button")!.click()
    await settled()
    expect(toasts()).toEqual(["14 Dec 09:38 BTC: 3"])
    await tell(told(2), told(3), told(4), told(5), told(6, "off", "off"))
    expect(toasts().length).toBe(3)
    expect(host.querySelector(".liq-toast[data-kind=off]")).not.toBeNull()
    host.querySelector(".liq-toast button")!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))
    await settled()
    expect(toasts()).toEqual([])
  })

  it("hold words of others as plain text", async () => {
    const { host, tell, toasts } = await setup()
    await tell(told(1, "<img src=x onerror=alert(1)> &amp;"))
    expect(toasts()).toEqual(["14 Dec 09:36 <img src=x onerror=alert(1)> &amp;"])
    expect(host.querySelector("img")).toBeNull()
  })
})

describe("AlertList", () => {
  it("has all, the newest first, once there are any", async () => {
    const { host, tell, button } = await setup()
    expect(button()).toBeNull()
    await tell(told(1), told(2))
    expect(button()!.textContent).toBe(" 2 alerts")
    expect(host.querySelector<HTMLElement>("#list")!.hidden).toBe(true)
    button()!.click()
    await settled()
    expect(button()!.getAttribute("aria-expanded")).toBe("true")
    expect([...host.querySelectorAll("#list li")].map((one) => one.textContent)).toEqual(["14 Dec 09:37 BTC: 2", "14 Dec 09:36 BTC: 1"])
  })

  it("closes by Escape on its button, which is then heard by nobody else", async () => {
    const { host, tell, button } = await setup()
    await tell(told(1))
    button()!.click()
    await settled()
    let heard = 0
    host.addEventListener("keydown", () => void heard++)
    const escape = () => button()!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))
    escape()
    await settled()
    expect([button()!.getAttribute("aria-expanded"), heard]).toEqual(["false", 0])
    escape()
    expect(heard).toBe(1)
  })
})
