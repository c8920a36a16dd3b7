package vintk.runtime;

/**
 * What became of a test of ONNX' suite.
 *
 * @param reason of a refusal or failure
 * @param remark how a check that passed was restricted, or empty
 */
record BackendOutcome(String model, String operators, Kind kind, String reason, String remark) {
    enum Kind {
        PASSED,
        NON_DIFFERENTIABLE,
        REFUSED,
        FAILED
    }
}
