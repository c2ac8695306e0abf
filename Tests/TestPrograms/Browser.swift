import Foundation
import XCTest

/// A browser without a window, which runs the scripts of a page.
package struct Browser {
    fileprivate let program: URL

    /// - Throws: `XCTSkip` where there is none.
    package init() throws {
        let programs = [
            "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ]
        guard let program = programs.first(where: FileManager.default.isExecutableFile) else {
            throw XCTSkip("no Chromium here")
        }
        self.program = URL(fileURLWithPath: program)
    }

    /// What a page has become after its scripts have run; an error in the console is a failure of the test.
    /// - Parameters:
    ///   - size: of the window, in pixels, such as `400,800`.
    ///   - folder: where the browser keeps its files.
    package func dump(_ address: String, size: String, in folder: URL) throws -> String {
        let process = Process()
        process.executableURL = program
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
            "--user-data-dir=\(folder.path)/browser", "--dump-dom", "--window-size=\(size)", address,
        ]
        let (output, complaints) = (Pipe(), folder.appendingPathComponent("browser.log"))
        try "".write(to: complaints, atomically: false, encoding: .utf8)
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        let page = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let said = try String(contentsOf: complaints, encoding: .utf8)
        XCTAssertFalse(said.contains("CONSOLE"), said)
        return String(decoding: page, as: UTF8.self)
    }
}

/// A page that stays open: it is looked at, and clicked on, by scripts.
package final class BrowserPage {
    private let process = Process()
    private let (input, output) = (Pipe(), Pipe())
    private var unread = Data()
    private var count = 0
    private var session: String?

    /// Opens an address.
    /// - Parameters:
    ///   - size: of the window, in pixels.
    ///   - folder: where the browser keeps its files.
    package init(
        _ browser: Browser, _ address: String, width: Int, height: Int = 900, in folder: URL
    ) throws {
        // The browser talks on the descriptors 3 and 4.
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", #"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#, browser.program.path, "--headless",
            "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
            "--user-data-dir=\(folder.path)/browser",
        ]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"]
        session =
            try call("Target.attachToTarget", ["targetId": target ?? "", "flatten": true])["sessionId"]
            as? String
        try call("Runtime.enable", [:])
        try resize(width: width, height: height)
        try call("Page.navigate", ["url": address])
    }

    /// Opens another page.
    /// - Returns: what it has become after its scripts have run.
    package func show(_ address: String) throws -> String {
        try call("Page.navigate", ["url": address])
        let page = try value(
            """
            new Promise((done) => {
              const tell = () => done(document.documentElement.outerHTML);
              if (document.readyState === "complete") tell(); else addEventListener("load", tell);
            })
            """)
        return page as? String ?? ""
    }

    package func close() {
        input.fileHandleForWriting.closeFile()
        process.terminate()
        process.waitUntilExit()
    }

    package func resize(width: Int, height: Int = 900) throws {
        let size: [String: Any] = [
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        ]
        try call("Emulation.setDeviceMetricsOverride", size)
    }

    /// The value of an expression of JavaScript; what it waits for has come.
    @discardableResult
    package func value(_ expression: String) throws -> Any? {
        let parameters: [String: Any] = [
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        ]
        let answer = try call("Runtime.evaluate", parameters)
        XCTAssertNil(answer["exceptionDetails"], expression)
        return (answer["result"] as? [String: Any])?["value"]
    }

    /// Waits until a condition is true, which can change only where the page changes.
    package func wait(until condition: String) throws {
        try value(
            """
            new Promise((done) => {
              const look = () => { if (\(condition)) done(true); };
              new MutationObserver(look).observe(document,
                { subtree: true, childList: true, attributes: true, characterData: true });
              look();
            })
            """)
    }

    /// Calls a method of the browser's protocol. Complaints in the page's console are failures of the test.
    @discardableResult
    private func call(_ method: String, _ parameters: [String: Any]) throws -> [String: Any] {
        count += 1
        var request: [String: Any] = ["id": count, "method": method, "params": parameters]
        request["sessionId"] = session
        try input.fileHandleForWriting.write(
            contentsOf: JSONSerialization.data(withJSONObject: request) + [0])
        while true {
            let message = try next()
            if let said = message["method"] as? String,
                ["Runtime.exceptionThrown", "Runtime.consoleAPICalled"].contains(said)
            {
                XCTFail("\(message)")
            }
            guard message["id"] as? Int == count else { continue }
            XCTAssertNil(message["error"], method)
            return message["result"] as? [String: Any] ?? [:]
        }
    }

    private func next() throws -> [String: Any] {
        while true {
            if let end = unread.firstIndex(of: 0) {
                defer { unread = unread[unread.index(after: end)...] }
                return try JSONSerialization.jsonObject(with: unread[..<end]) as? [String: Any] ?? [:]
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw CocoaError(.fileReadUnknown) }
            unread += more
        }
    }
}
