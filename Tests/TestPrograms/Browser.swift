import Foundation
import XCTest

/// A browser without a window, which runs the scripts of a page.
package struct Browser {
    private let program: URL

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
