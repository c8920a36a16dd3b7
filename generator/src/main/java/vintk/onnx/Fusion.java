package vintk.onnx;

/** What this program does to graphs that it runs itself, all with operators of ONNX Runtime's own: files for others stay standard. */
public final class Fusion {
    private Fusion() {}

    /** @param processor whether it runs on a processor: what is one node on other devices is faster in parts there */
    public static Graph apply(Graph graph, boolean processor) {
        Graph lean = CommonNodes.apply(NeutralOperands.apply(graph));
        Graph formed = processor
                ? ReductionFusion.apply(ConvolutionForm.apply(StandardisationForm.arithmetic(lean)))
                : SumProduct.apply(ReductionFusion.apply(lean));
        return CommonFactor.apply(ScaleFusion.apply(TransposeFusion.apply(formed)));
    }
}
