package vintk.onnx;

/** What this program does to graphs that it runs itself, all with operators of ONNX Runtime's own: files for others stay standard. */
public final class Fusion {
    private Fusion() {}

    public static Graph apply(Graph graph, Target target) {
        Graph lean = CommonNodes.apply(NeutralOperands.apply(graph));
        Graph formed = target == Target.CUDA
                ? SumProduct.apply(ReductionFusion.apply(Shifts.sliced(lean)))
                : ReductionFusion.apply(StepForm.apply(StandardisationForm.arithmetic(lean)));
        Graph fused = CommonFactor.apply(ScaleFusion.apply(TransposeFusion.apply(formed)));
        return target == Target.CUDA ? fused : onProcessor(HeadProducts.apply(fused), target);
    }

    private static Graph onProcessor(Graph graph, Target target) {
        return switch (target) {
            case CUDA -> graph;
            case PROCESSOR -> ConvolutionForm.apply(graph);
            case BLOCKS_OF_8 -> BlockedConvolution.apply(graph);
            case BLOCKS_OF_16 -> BlockedConvolution.apply(BlockedLayers.apply(graph));
        };
    }
}
