package vintk.onnx;

/** What this program does to graphs that it runs itself, all with operators of ONNX Runtime's own: files for others stay standard. */
public final class Fusion {
    private Fusion() {}

    public static Graph apply(Graph graph, Target target) {
        Graph lean = CommonNodes.apply(NeutralOperands.apply(graph));
        Graph formed =
                switch (target) {
                    case CUDA -> SumProduct.apply(ReductionFusion.apply(lean));
                    case PROCESSOR -> processor(lean);
                    case BLOCKED_PROCESSOR -> BlockedConvolution.apply(processor(lean));
                };
        return CommonFactor.apply(ScaleFusion.apply(TransposeFusion.apply(formed)));
    }

    private static Graph processor(Graph graph) {
        Graph formed = StepForm.apply(ConvolutionForm.apply(StandardisationForm.arithmetic(graph)));
        return ReductionFusion.apply(formed);
    }
}
