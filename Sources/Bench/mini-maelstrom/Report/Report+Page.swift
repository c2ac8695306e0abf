import Foundation
import ReportPage

extension Report {
    /// The report as one self-contained file.
    /// - Throws: `EncodingError`.
    func page() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = String(decoding: try encoder.encode(self), as: UTF8.self)
        return ReportPage.html(title: "\(name): \(verdict)", json: data)
    }
}
